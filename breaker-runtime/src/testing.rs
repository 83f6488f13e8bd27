//! Time that a test moves by hand.
//!
//! A [`ManualClock`] goes under a breaker of your own with [`CircuitBreaker::with_clock`], and under the breaker of an
//! annotated function with [`CircuitBreaker::set_clock`], reached through its handle or the
//! [`registry`](crate::registry()). A family of keyed breakers has a [`set_clock`] too. (It does not move the time of an
//! async runtime: the [guide](crate::guide#testing) has a clock that goes by tokio's.) Nothing sleeps:
//!
#![cfg_attr(feature = "macros", doc = "```")]
#![cfg_attr(not(feature = "macros"), doc = "```ignore")]
//! use std::{io, time::Duration};
//! use breaker_runtime::{State, circuit_breaker, testing::ManualClock};
//!
//! #[circuit_breaker(
//!     failure_threshold = 2, recovery_timeout = "30s",
//!     half_open_max_calls = 1, success_threshold = 1, handle = ping_breaker,
//! )]
//! fn ping(up: bool) -> io::Result<()> {
//!     if up { Ok(()) } else { Err(io::ErrorKind::ConnectionRefused.into()) }
//! }
//!
//! let clock = ManualClock::new();
//! ping_breaker().set_clock(clock.clone());
//!
//! let _ = (ping(false), ping(false));
//! assert_eq!(ping_breaker().state(), State::Open);
//! assert!(ping(true).is_err(), "refused: the function is not called");
//!
//! clock.advance(Duration::from_secs(30));
//! assert_eq!(ping_breaker().state(), State::HalfOpen);
//! assert!(ping(true).is_ok(), "the probe");
//! assert_eq!(ping_breaker().state(), State::Closed);
//! ```
//!
//! [`CircuitBreaker::with_clock`]: crate::CircuitBreaker::with_clock
//! [`CircuitBreaker::set_clock`]: crate::CircuitBreaker::set_clock
//! [`set_clock`]: crate::CircuitBreakerFamily::set_clock

use crate::breaker::CircuitBreaker;

pub use crate::clock::ManualClock;

/// Lets a breaker's jitter follow from `seed`, so that a test can repeat it.
///
/// ```
/// use std::time::Duration;
/// use breaker_runtime::{CircuitBreaker, Config, testing::{ManualClock, seed_jitter}};
///
/// let config = Config::builder().jitter(0.5).build()?;
/// let waits = [7, 7].map(|seed| {
///     let breaker = CircuitBreaker::with_clock("users", config, ManualClock::new());
///     seed_jitter(&breaker, seed);
///     breaker.trip();
///     breaker.snapshot().retry_after.unwrap()
/// });
/// assert_eq!(waits[0], waits[1]);
/// assert!(waits[0] > Duration::from_secs(30) && waits[0] <= Duration::from_secs(60));
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
pub fn seed_jitter(breaker: &CircuitBreaker, seed: u64) {
    breaker.machine().seed_jitter(seed);
}
