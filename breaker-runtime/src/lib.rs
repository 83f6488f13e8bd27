//! A declarative circuit breaker: one attribute above a function that calls something remote.
//!
//! ```
//! use breaker_runtime::{CircuitBreaker, Config, State};
//!
//! let breaker = CircuitBreaker::new("users", Config::builder().failure_threshold(1).build()?);
//! let _ = breaker.call(|| Err::<(), _>("down"));
//! assert_eq!(breaker.state(), State::Open);
//! # Ok::<(), breaker_runtime::ConfigError>(())
//! ```

mod breaker;
mod clock;
mod config;
mod error;
mod event;
mod machine;
mod name;
mod outcome;
mod permit;
mod registry;
mod rule;
mod snapshot;
mod state;
mod sync;
pub mod testing;
mod totals;
mod word;

pub use breaker::CircuitBreaker;
pub use clock::Clock;
pub use config::{Config, ConfigBuilder, ConfigError};
pub use error::{CallError, CircuitOpen};
pub use event::{Reason, Transition};
pub use name::Name;
pub use outcome::{Outcome, Verdict};
pub use permit::Permit;
pub use registry::{Conflict, Registry, registry};
pub use snapshot::Snapshot;
pub use state::State;
