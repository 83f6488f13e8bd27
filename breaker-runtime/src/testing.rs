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

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use crate::{
    CircuitBreaker,
    clock::{Clock, to_nanos},
};

/// A clock that stands still until [`advance`](Self::advance)d. Clones share their time.
///
/// ```
/// use std::time::Duration;
/// use breaker_runtime::{Clock, testing::ManualClock};
///
/// let clock = ManualClock::new();
/// let same = clock.clone();
/// clock.advance(Duration::from_millis(5));
/// assert_eq!(same.nanos(), 5_000_000);
/// ```
#[derive(Clone, Debug, Default)]
pub struct ManualClock {
    nanos: Arc<AtomicU64>,
}

impl ManualClock {
    /// A clock at its origin. Its time of day starts at the Unix epoch.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use breaker_runtime::{Clock, testing::ManualClock};
    ///
    /// let clock = ManualClock::new();
    /// assert_eq!((clock.nanos(), clock.wall()), (0, SystemTime::UNIX_EPOCH));
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Moves the time on for every clone. The time saturates at `u64::MAX` nanoseconds (584 years).
    ///
    /// ```
    /// use std::time::Duration;
    /// use breaker_runtime::{CircuitBreaker, Config, State, testing::ManualClock};
    ///
    /// let clock = ManualClock::new();
    /// let breaker = CircuitBreaker::with_clock("users", Config::default(), clock.clone());
    /// breaker.trip();
    /// clock.advance(Duration::from_secs(59));
    /// assert_eq!(breaker.state(), State::Open);
    /// clock.advance(Duration::from_secs(1));
    /// assert_eq!(breaker.state(), State::HalfOpen);
    /// ```
    pub fn advance(&self, by: Duration) {
        let by = to_nanos(by);
        // The closure always returns a value, so the update cannot fail.
        let _ = self.nanos.fetch_update(Ordering::AcqRel, Ordering::Acquire, |now| Some(now.saturating_add(by)));
    }
}

impl Clock for ManualClock {
    fn nanos(&self) -> u64 {
        self.nanos.load(Ordering::Acquire)
    }

    fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_nanos(self.nanos())).unwrap_or(SystemTime::UNIX_EPOCH)
    }
}

/// Lets a breaker's jitter follow from `seed`, so that a test can repeat it.
///
/// ```
/// use std::time::Duration;
/// use breaker_runtime::{CircuitBreaker, Config, testing::{ManualClock, seed_jitter}};
///
/// let config = Config::builder().jitter(0.5).build()?;
/// let waits = [7, 7].map(|seed| {
///     let breaker = CircuitBreaker::with_clock("users", config.clone(), ManualClock::new());
///     seed_jitter(&breaker, seed);
///     breaker.trip();
///     breaker.snapshot().retry_after.unwrap()
/// });
/// assert_eq!(waits[0], waits[1]);
/// assert!(waits[0] > Duration::from_secs(30) && waits[0] <= Duration::from_secs(60));
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
pub fn seed_jitter(breaker: &CircuitBreaker, seed: u64) {
    breaker.seed_jitter(seed);
}
