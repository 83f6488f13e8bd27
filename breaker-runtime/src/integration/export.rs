//! What all exporters of metrics share: what is read, and what it is called.

#[cfg(any(feature = "metrics", feature = "opentelemetry", feature = "prometheus", feature = "prometheus-client"))]
mod catalogue;
#[cfg(feature = "redis")]
mod fleet;
mod reading;
mod scope;

#[cfg(any(feature = "metrics", feature = "opentelemetry", feature = "prometheus", feature = "prometheus-client"))]
pub(super) use self::catalogue::{METRICS, Metric, Read};
pub use self::{reading::Reading, scope::Scope};
