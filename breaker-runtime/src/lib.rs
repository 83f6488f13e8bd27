//! A declarative circuit breaker: one attribute above a function that calls something remote.
//!
#![cfg_attr(feature = "macros", doc = "```")]
#![cfg_attr(not(feature = "macros"), doc = "```ignore")]
//! use std::io;
//! use breaker_runtime::circuit_breaker;
//!
//! #[circuit_breaker(failure_threshold = 3, recovery_timeout = "30s", fallback = cached_user)]
//! fn fetch_user(id: u64) -> io::Result<String> {
//!     Err(io::Error::other(format!("no answer for user {id}")))
//! }
//!
//! fn cached_user(id: u64) -> io::Result<String> {
//!     Ok(format!("user {id}, as last seen"))
//! }
//!
//! assert_eq!(fetch_user(7).unwrap(), "user 7, as last seen");
//! ```
//!
//! It works on sync and async functions and methods, on any async runtime or none.
//!
//! # What happens in each state
//! - **Closed**: calls go through and are counted. `failure_threshold` failures in a row open the circuit, or a share of
//!   failures or of slow calls in a sliding window.
//! - **Open**: calls are rejected at once, and the fallback answers, or the caller gets a [`CircuitOpen`].
//! - **Half-open**: after `recovery_timeout` a few calls go through as probes; the others are rejected.
//! - Enough probes that succeed close the circuit; one that fails opens it again.
//! - A call whose error is ignored, or whose future is dropped before its end, counts neither for nor against.
//!
//! # Where to go from here
//! | to | see |
//! |---|---|
//! | choose the numbers; time limits, retries, operation; come from another crate | the [`guide`] |
//! | guard a function; every option, with examples | [`#[circuit_breaker]`][attribute] |
//! | guard a call without the attribute, or open and close by hand | [`CircuitBreaker`] |
//! | build the settings for that | [`Config::builder`] |
//! | keep one breaker for each host, tenant or shard | [`CircuitBreakerFamily`] |
//! | find a breaker by name, answer a health check, listen to all of them | [`registry()`], [`Registry::health`] |
//! | let a breaker of your own be seen, or one before its first call | [`Registry::register`], [`Registry::declare`] |
//! | tell a rejection from a failure | [`CallError`], [`CircuitOpen`] |
//! | test without sleeping | [`testing`] |
//! | know how it works inside | [`internals`] |
//! | change settings from a file or the environment | [`settings`] |
//! | try settings on recorded calls | [`simulation`] |
//! | guard an HTTP or gRPC client, or a tower stack | [`integration`](integration#http-and-grpc), the [`guide`] |
//! | export metrics, events and data; a live page of the circuits | [`integration`] |
#![cfg_attr(feature = "redis", doc = "| have one circuit for all processes of a service | [`fleet`] |")]
//!
//! # Features
//! | feature | default | what |
//! |---|---|---|
//! | `macros` | yes | the attribute |
//! | `axum` | | [a page](integration) that shows the circuits live |
//! | `cache` | | `cache(…)` in the attribute: the last good value answers |
//! | `config` | | [`settings`] from TOML, JSON, files and environment variables |
//! | `metrics`, `opentelemetry`, `prometheus`, `prometheus-client` | | [exporters](integration#metrics) for the crate of that name |
//! | `http`, `reqwest` | | [what HTTP answers mean](integration#http-and-grpc), for the attribute and the layer |
//! | `redis`, `redis-tls` | | one circuit for all processes of a service, on Redis; over TLS too |
//! | `serde` | | figures and settings as data |
//! | `testing` | | [`testing::isolated`](testing#tests-in-parallel): a test's own registry and clock; for the dev-dependencies |
//! | `tokio` | | `testing::TokioClock`: circuits by tokio's time |
//! | `tonic` | | [what gRPC statuses mean](integration#http-and-grpc), and a layer for a channel; `tonic` 0.14.6 and later need Rust 1.88 |
//! | `tower` | | [a layer](integration#http-and-grpc) for a tower stack |
//! | `tracing` | | an event for each transition, and the outcome of a call on its span |
//! | `web-time` | | the clocks of a browser, on wasm32-unknown-unknown |
//!
#![cfg_attr(feature = "macros", doc = "[attribute]: macro@circuit_breaker")]
#![cfg_attr(not(feature = "macros"), doc = "[attribute]: #features")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod accounting;
#[cfg(feature = "macros")]
mod attribute;
mod breaker;
mod clock;
mod config;
mod conflict;
mod error;
mod escaped;
mod family;
#[cfg(feature = "redis")]
pub mod fleet;
mod guarded_call;
pub mod guide;
mod health;
mod heirs;
pub mod integration;
pub mod internals;
mod is_rejection;
mod listeners;
#[cfg(all(test, loom))]
mod loom_tests;
mod machine;
mod name;
mod outcome;
mod owned_permit;
mod permit;
mod probe_scope;
mod reason;
mod registry;
mod rejection;
mod rule;
pub mod settings;
pub mod simulation;
mod snapshot;
mod state;
mod sync;
pub mod testing;
mod totals;
mod trace;
mod transition;
mod word;

#[cfg(feature = "macros")]
#[doc(hidden)]
pub mod __private;

#[cfg(feature = "macros")]
pub use attribute::circuit_breaker;
pub use breaker::CircuitBreaker;
pub use clock::Clock;
pub use config::{Config, ConfigBuilder, ConfigError, OnCancel, Window};
pub use conflict::Conflict;
pub use error::{CallError, CircuitOpen};
pub use family::{CircuitBreakerFamily, FamilyTotals};
pub use health::{BreakerHealth, HealthReport};
pub use is_rejection::is_rejection;
pub use listeners::ListenerId;
pub use name::Name;
pub use outcome::{Outcome, Verdict};
pub use owned_permit::OwnedPermit;
pub use permit::Permit;
pub use reason::Reason;
pub use registry::{Declare, Registry, registry};
pub use snapshot::{Snapshot, TransitionCounts};
pub use state::State;
pub use transition::Transition;
