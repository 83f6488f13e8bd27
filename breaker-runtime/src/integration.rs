//! What connects breakers to the crates that a service already uses.
//!
//! Each module stands behind a feature that is named after the crate that it serves, and is off by default.
//!
//! The types of an integration are those of the crate that it serves, in the version that this one depends on: a breaking
//! release of that crate is one here too.
//!
//! # HTTP and gRPC
//! | feature | what | adds |
//! |---|---|---|
//! | `tower` | `CircuitBreakerLayer`: a breaker in a tower stack, or one for each key of a request | 3 crates |
//! | `http` | `verdict`, `retry_after`, `authority`, `unavailable`; with `tower` calls that last until their body ends | 6 crates |
//! | `reqwest` | the same for the answers, errors and requests of `reqwest` | `reqwest` |
//! | `tonic` | `verdict` and `unavailable` for statuses; a `CircuitBreakerLayer` that reads them in headers and trailers | `tonic` |
//!
//! The words serve the attribute (`verdict = http::verdict`) and the layers alike. Each module is named after its feature.
//!
//! # Metrics
//! Every exporter shows the same families. They are read when they are scraped: a call never touches an exporter.
//!
//! | family | kind | labels | value |
//! |---|---|---|---|
//! | `circuit_breaker_state` | gauge | `service` | 0 closed, 1 half-open, 2 open or forced open; disabled and metrics-only are 0 |
//! | `circuit_breaker_status` | gauge | `service`, `state` | 1 for the state it is in, 0 for each other one |
//! | `circuit_breaker_failures_total` | counter | `service` | calls that failed |
//! | `circuit_breaker_calls_total` | counter | `service`, `result` | calls by what they came to |
//! | `circuit_breaker_transitions_total` | counter | `service`, `from`, `to` | changes of state |
//! | `circuit_breaker_slow_calls_total` | counter | `service` | calls slower than `slow_call_duration` |
//! | `circuit_breaker_unguarded_calls_total` | counter | `service` | calls of keys that found no room within `max_keys` |
//! | `circuit_breaker_failure_rate` | gauge | `service` | share of failures in the window, 0 to 1; absent below `min_calls` |
//! | `circuit_breaker_open_since_timestamp_seconds` | gauge | `service`, `reason` | when the circuit left the closed state (Unix time), and why; absent while it is closed |
//!
//! and of circuits that a `fleet` shares, as this process knows it:
//!
//! | family | kind | labels | value |
//! |---|---|---|---|
//! | `circuit_breaker_fleet_connected` | gauge | `service` | 1 if this process hears of the others |
//! | `circuit_breaker_fleet_state` | gauge | `service` | 0 closed, 1 one process probes, 2 open |
//! | `circuit_breaker_fleet_votes` | gauge | `service` | processes that have opened it |
//! | `circuit_breaker_fleet_outlier` | gauge | `service` | 1 if this process opened it and too few others did |
//!
//! `service` is the breaker's name. `result` is `success`, `failure`, `ignored`, `cancelled` or `rejected`, which together
//! are all calls; beside these `fallback` and `cached` tell how rejected and failed calls were answered, and
//! `fallback_failure` how many of the fallbacks failed too. Counters only grow. All series are there from the breaker's
//! registration, so a rate over them starts at 0; but the failure rate and the time of the opening come and go, and a transition that is only made by hand is there once it has happened.
//!
//! Keyed breakers go under the name of their family: their counts summed, also those of evicted keys, and the state of
//! the one that is worst off. A `Scope` can show each key instead, breakers that are not in the registry, and another label
//! than `service`, which is for you to choose where targets have a label of that name already.
//!
#![cfg_attr(feature = "prometheus", doc = "```")]
#![cfg_attr(not(feature = "prometheus"), doc = "```ignore")]
//! use breaker_runtime::{Config, integration::prometheus::CircuitBreakerCollector, registry};
//!
//! prometheus::default_registry().register(Box::new(CircuitBreakerCollector::default()))?;
//!
//! let users = registry().get_or_create("users", Config::default());
//! let _ = users.call(|| Err::<(), _>("down"));
//! let page = prometheus::TextEncoder::new().encode_to_string(&prometheus::gather())?;
//! assert!(page.contains(r#"circuit_breaker_calls_total{service="users",result="failure"} 1"#));
//! # Ok::<(), prometheus::Error>(())
//! ```
//!
//! For another crate, or another version of one of these, [`Scope::read`] gives the same figures as plain data.
//!
//! # A page
//! With the feature `axum`, `page` is one line in a router: every circuit live, since when it is open and why, and whether users
//! are served.
//!
//! # Events and data
//! With the feature `tracing` breakers write an event for each transition, and with `serde` their figures and settings
//! are data. Each has a module here, and nothing to set up.

#[cfg(any(feature = "http", feature = "tower"))]
mod cause;
mod export;
#[cfg(feature = "http")]
pub mod http;
#[cfg(feature = "metrics")]
pub mod metrics;
#[cfg(feature = "opentelemetry")]
pub mod opentelemetry;
#[cfg(feature = "axum")]
pub mod page;
#[cfg(feature = "prometheus")]
pub mod prometheus;
#[cfg(feature = "prometheus-client")]
pub mod prometheus_client;
#[cfg(feature = "reqwest")]
pub mod reqwest;
#[cfg(feature = "serde")]
pub mod serde;
#[cfg(feature = "tonic")]
pub mod tonic;
#[cfg(feature = "tower")]
pub mod tower;
#[cfg(feature = "tracing")]
pub mod tracing;

pub use export::{Reading, Scope};
