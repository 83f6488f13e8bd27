//! What the exporters show of a breaker's life. One story, told to each of them.

mod keyed;
mod metrics_crate;
mod opentelemetry;
mod patterns;
mod prometheus_client;
mod prometheus_tikv;
mod scope;
mod story;
mod text;
