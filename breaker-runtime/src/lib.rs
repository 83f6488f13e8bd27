//! A declarative circuit breaker: one attribute above a function that calls something remote.
//!
#![cfg_attr(feature = "macros", doc = "```")]
#![cfg_attr(not(feature = "macros"), doc = "```ignore")]
//! use std::io;
//! use breaker_runtime::circuit_breaker;
//!
//! #[circuit_breaker(name = "user-service", failure_threshold = 3, recovery_timeout = "30s", fallback = cached_user)]
//! fn fetch_user(id: u64) -> io::Result<String> {
//!     Err(io::ErrorKind::ConnectionRefused.into())
//! }
//!
//! fn cached_user(id: u64) -> io::Result<String> {
//!     Ok(format!("user {id}, as last seen"))
//! }
//!
//! assert_eq!(fetch_user(7).unwrap(), "user 7, as last seen");
//! ```
//!
//! After three failures in a row the circuit opens: `fetch_user` is not called any more and the fallback answers at
//! once. After thirty seconds a few calls go through as probes, and when they succeed the circuit closes.
//!
//! [`CircuitBreaker`] is the same without the attribute, and [`testing`] shows how to test without sleeping. The
//! [`guide`] helps to choose the numbers, and tells of time limits, retries, keys, operation, and other crates' ways.

mod accounting;
mod breaker;
#[cfg(feature = "cache")]
mod cache;
mod clock;
mod config;
mod error;
mod event;
mod family;
pub mod guide;
mod health;
pub mod integration;
mod machine;
mod name;
mod outcome;
mod permit;
mod refusal;
mod registry;
mod rule;
pub mod settings;
mod snapshot;
mod state;
mod sync;
pub mod testing;
mod totals;
#[cfg(not(feature = "tracing"))]
mod trace;
mod transitions;
mod word;

#[cfg(feature = "macros")]
#[doc(hidden)]
#[path = "private/mod.rs"]
pub mod __private;

#[cfg(feature = "tracing")]
use integration::tracing as trace;

pub use breaker::CircuitBreaker;
#[cfg(feature = "macros")]
pub use breaker_macros::circuit_breaker;
pub use clock::Clock;
pub use config::{Config, ConfigBuilder, ConfigError, OnCancel, Window};
pub use error::{CallError, CircuitOpen};
pub use event::{Reason, Transition};
pub use family::{CircuitBreakerFamily, FamilyTotals};
pub use health::{BreakerHealth, HealthReport};
pub use name::Name;
pub use outcome::{Outcome, Verdict};
pub use permit::Permit;
pub use registry::{Conflict, Registry, registry};
pub use snapshot::Snapshot;
pub use state::State;
pub use transitions::TransitionCounts;
