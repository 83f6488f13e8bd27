//! Where time comes from.

use std::{sync::Arc, time::SystemTime};

pub use self::manual::ManualClock;
#[cfg(feature = "cache")]
pub(crate) use self::moment::Moment;
#[cfg(feature = "tokio")]
pub use self::tokio::TokioClock;
pub(crate) use self::{
    nanos::to_nanos,
    time::{Now, Replacement, Time},
};

mod manual;
#[cfg(feature = "cache")]
mod moment;
mod nanos;
mod system;
mod time;
#[cfg(feature = "tokio")]
mod tokio;

/// The time of day, by the system.
#[cfg(feature = "axum")]
pub(crate) fn system_wall() -> SystemTime {
    system::wall()
}

/// A source of monotonic time.
///
/// The system's own stands still while the machine sleeps (on Linux, and most others), and so do waits, windows and the age
/// of cached values. On wasm32-unknown-unknown it needs the feature `web-time`; without it time stands still there until a
/// clock of your own is put in place.
///
/// The default reads the operating system's monotonic clock; a test puts a
/// [`ManualClock`](crate::testing::ManualClock) under a breaker instead. No lock is held while it is read. If it panics, the
/// call that was to be counted is lost, and nothing else changes.
/// An [`Arc`] of a clock is one too.
///
/// ```
/// use breaker_runtime::{CircuitBreaker, Clock, Config};
///
/// struct Frozen;
/// impl Clock for Frozen {
///     fn nanos(&self) -> u64 { 0 }
/// }
/// let breaker = CircuitBreaker::with_clock("users", Config::default(), Frozen);
/// breaker.trip();
/// assert_eq!(breaker.snapshot().retry_after, Some(std::time::Duration::from_secs(60)));
/// ```
pub trait Clock: Send + Sync + 'static {
    /// Nanoseconds since an origin of the clock's own choice: only differences count. Must not go back.
    ///
    /// ```
    /// use std::time::Duration;
    /// use breaker_runtime::{Clock, testing::ManualClock};
    ///
    /// let clock = ManualClock::new();
    /// clock.advance(Duration::from_micros(5));
    /// assert_eq!(clock.nanos(), 5_000);
    /// ```
    fn nanos(&self) -> u64;

    /// The time of day, for reports only: nothing is decided by it. The system's by default.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use breaker_runtime::{CircuitBreaker, Clock, Config};
    ///
    /// struct Replay { at: SystemTime }
    /// impl Clock for Replay {
    ///     fn nanos(&self) -> u64 { 0 }
    ///     fn wall(&self) -> SystemTime { self.at }
    /// }
    /// let at = SystemTime::UNIX_EPOCH;
    /// let breaker = CircuitBreaker::with_clock("users", Config::default(), Replay { at });
    /// let _ = breaker.call(|| Err::<(), _>("down"));
    /// assert_eq!(breaker.snapshot().last_failure, Some(at));
    /// ```
    fn wall(&self) -> SystemTime {
        system::wall()
    }
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn nanos(&self) -> u64 {
        (**self).nanos()
    }

    fn wall(&self) -> SystemTime {
        (**self).wall()
    }
}
