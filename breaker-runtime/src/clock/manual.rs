//! A clock that a test moves by hand.

use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, SystemTime},
};

use crate::sync::plain::AtomicU64;

use super::{Clock, nanos::to_nanos};

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
