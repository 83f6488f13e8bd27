//! Events for the `tracing` crate. With the feature, breakers tell of themselves; there is nothing to set up.
//!
//! | what | level | fields |
//! |---|---|---|
//! | a circuit opens, or is forced open | `WARN` | `breaker`, `from`, `to`, `reason`, and the figures that led to it |
//! | any other transition | `INFO` | the same |
//! | a task or thread that a half-open probe started was rejected by the probe's own breaker, which keeps the circuit from closing; told once | `WARN` | `breaker` |
//! | settings that could not take effect | `ERROR` | `breaker`, `conflict` |
//! | a call is rejected | `DEBUG` | `breaker`, `state`, `retry_after` |
//!
//! The target of all of them is `breaker_runtime`. A call that is admitted to a closed circuit makes no event, and costs
//! what it costs without the feature.
//!
//! # The outcome on your own span
//! A span that has a field [`OUTCOME`] gets it filled when a guarded call in it ends, if [`record_outcomes`] was called:
//!
//! ```
//! use breaker_runtime::{CircuitBreaker, Config, integration::tracing::record_outcomes};
//! use tracing::{field::Empty, info_span};
//!
//! record_outcomes(); // at the start of `main`
//!
//! let breaker = CircuitBreaker::new("users", Config::default());
//! let span = info_span!("fetch_user", circuit_breaker.outcome = Empty);
//! span.in_scope(|| breaker.call(|| Err::<(), _>("down"))).unwrap_err(); // circuit_breaker.outcome = "failure"
//! ```
//!
//! An annotated function tells its caller's span, or its own if `#[instrument]` stands below `#[circuit_breaker]`: the
//! lower attribute is applied last, so its span is around the guarded call.

pub use crate::trace::{OUTCOME, record_outcomes};
