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
//! let _ = ping(false);
//! let _ = ping(false);
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

pub use crate::clock::ManualClock;
