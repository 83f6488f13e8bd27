//! Tests without sleeping, and beside each other.
//!
//! | to | use |
//! |---|---|
//! | give a test breakers of its own, on a clock that it moves | [`isolated`](#tests-in-parallel), feature `testing` |
//! | move the time of one breaker | [`ManualClock`] |
//! | let circuits go by tokio's time | `TokioClock`, feature `tokio` |
//! | make the error of a rejected call | [`circuit_open`] |
//!
//! # Tests in parallel
//! With the feature `testing`, which belongs into the dev-dependencies, one line at the top of a test gives it a registry of its own: annotated
//! functions, families, cached answers, settings and listeners begin anew in it, and a clock of the test's is under every breaker.
//! Tests that call the same functions then run at once without seeing each other.
//!
#![cfg_attr(all(feature = "macros", feature = "testing"), doc = "```")]
#![cfg_attr(not(all(feature = "macros", feature = "testing")), doc = "```ignore")]
//! use std::{io, time::Duration};
//! use breaker_runtime::{State, circuit_breaker, registry, testing};
//!
//! #[circuit_breaker(name = "users", failure_threshold = 1, recovery_timeout = "30s")]
//! fn user(up: bool) -> io::Result<()> {
//!     if up { Ok(()) } else { Err(io::ErrorKind::ConnectionRefused.into()) }
//! }
//!
//! let scope = testing::isolated();
//! assert!(user(false).is_err());
//! assert!(user(true).is_err()); // rejected
//! scope.clock().advance(Duration::from_secs(30));
//! assert!(user(true).is_ok());
//! assert_eq!(registry().recent().len(), 2); // open, half-open: this test's, and no other's
//! ```
//!
//! # One clock
//! A [`ManualClock`] goes under a breaker of your own with [`CircuitBreaker::with_clock`], under that of an annotated function with
//! [`CircuitBreaker::set_clock`], reached through its handle or the [`registry`](crate::registry()), and under all in the registry with
//! [`Registry::set_clock`](crate::Registry::set_clock). A family of keyed breakers has a [`set_clock`] too. Nothing sleeps:
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
//! assert!(ping(true).is_err(), "rejected: the function is not called");
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

use std::time::Duration;

pub use crate::clock::ManualClock;
#[cfg(feature = "tokio")]
pub use crate::clock::TokioClock;
use crate::{error::CircuitOpen, name::Name, state::State};

#[cfg(feature = "testing")]
pub use self::isolated::{Isolated, isolated};

#[cfg(feature = "testing")]
mod isolated;

/// The error of a rejected call, for tests of what your code makes of it, such as a `From` of your own.
///
/// ```
/// use std::{io, time::Duration};
/// use breaker_runtime::{CircuitOpen, State, testing::circuit_open};
///
/// #[derive(Debug, PartialEq)]
/// enum ApiError { ComeAgain(Option<Duration>) }
///
/// impl From<CircuitOpen> for ApiError {
///     fn from(open: CircuitOpen) -> Self { Self::ComeAgain(open.retry_after) }
/// }
///
/// let wait = Some(Duration::from_secs(5));
/// assert_eq!(ApiError::from(circuit_open("users", State::Open, wait)), ApiError::ComeAgain(wait));
/// ```
#[must_use]
pub fn circuit_open(name: impl Into<Name>, state: State, retry_after: Option<Duration>) -> CircuitOpen {
    CircuitOpen { name: name.into(), state, retry_after }
}
