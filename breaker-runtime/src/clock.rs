//! Where time comes from.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime},
};

use parking_lot::RwLock;

mod system;

/// A source of monotonic time.
///
/// The default reads the operating system's monotonic clock; a test puts a
/// [`ManualClock`](crate::testing::ManualClock) under a breaker instead. A clock only tells the time: it must not use a
/// breaker, since it is read while one is being changed, and must not panic: the call that was to be counted would be lost.
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
    /// Nanoseconds since an origin of the clock's own choice, which never changes. Must not go back.
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

/// A duration in nanoseconds; more than 584 years is [`u64::MAX`], which no clock reaches.
pub(crate) fn to_nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// A time, and by which clock: those of two clocks say nothing of each other.
#[cfg(feature = "cache")]
#[derive(Clone)]
pub(crate) struct Moment {
    /// `None` is the system's. Each time that a clock is put under a breaker, or a family, it is another one.
    pub(crate) clock: Option<Arc<dyn Clock>>,
    pub(crate) nanos: u64,
}

#[cfg(feature = "cache")]
impl Moment {
    /// The nanoseconds since an earlier moment; `None` if that is another clock's, or not earlier.
    pub(crate) fn since(&self, earlier: &Self) -> Option<u64> {
        let same = match (&self.clock, &earlier.clock) {
            (None, None) => true,
            (Some(clock), Some(other)) => Arc::ptr_eq(clock, other),
            _ => false,
        };
        if same { self.nanos.checked_sub(earlier.nanos) } else { None }
    }
}

/// A breaker's time: the system clock unless another was put in its place.
pub(crate) struct Time {
    /// Lets the system clock be read without a look at the lock.
    replaced: AtomicBool,
    other: RwLock<Option<Arc<dyn Clock>>>,
}

impl Time {
    pub(crate) fn system() -> Self {
        Self { replaced: AtomicBool::new(false), other: RwLock::new(None) }
    }

    pub(crate) fn replace(&self, clock: Arc<dyn Clock>) {
        *self.other.write() = Some(clock);
        self.replaced.store(true, Ordering::Release);
    }

    /// The time, exact as soon as `moment` may have come; before, it is up to [`system::TICKS`] behind, and costs a seventh.
    #[inline]
    pub(crate) fn toward(&self, moment: u64) -> u64 {
        self.before(moment).unwrap_or_else(|| self.nanos())
    }

    /// The time, up to [`system::TICKS`] behind; `None` as soon as `moment` may have come.
    #[inline]
    pub(crate) fn before(&self, moment: u64) -> Option<u64> {
        let rough = self.rough();
        (rough.saturating_add(system::TICKS) < moment).then_some(rough)
    }

    /// The time, up to [`system::TICKS`] behind.
    #[inline]
    pub(crate) fn rough(&self) -> u64 {
        if self.is_replaced() { self.others_nanos() } else { system::rough_nanos() }
    }

    #[inline]
    pub(crate) fn nanos(&self) -> u64 {
        if self.is_replaced() { self.others_nanos() } else { system::nanos() }
    }

    #[cfg(feature = "cache")]
    pub(crate) fn moment(&self) -> Moment {
        let clock = self.other();
        Moment { nanos: clock.as_ref().map_or_else(system::nanos, Clock::nanos), clock }
    }

    /// The time of day at an earlier moment of this clock.
    pub(crate) fn wall_at(&self, nanos: u64) -> SystemTime {
        let (now, wall) =
            self.other().map_or_else(|| (system::nanos(), system::wall()), |clock| (clock.nanos(), clock.wall()));
        wall.checked_sub(Duration::from_nanos(now.saturating_sub(nanos))).unwrap_or(SystemTime::UNIX_EPOCH)
    }

    fn is_replaced(&self) -> bool {
        self.replaced.load(Ordering::Acquire)
    }

    #[cold]
    fn others_nanos(&self) -> u64 {
        self.other().map_or_else(system::nanos, |clock| clock.nanos())
    }

    fn other(&self) -> Option<Arc<dyn Clock>> {
        if self.is_replaced() { self.other.read().clone() } else { None }
    }
}

#[cfg(all(test, feature = "cache"))]
mod tests {
    use super::*;
    use crate::testing::ManualClock;

    #[test]
    fn a_moment_is_so_long_after_an_earlier_one_of_its_own_clock_only() {
        let (time, clock) = (Time::system(), ManualClock::new());
        let start = time.moment();
        assert!(time.moment().since(&start).is_some());

        time.replace(Arc::new(clock.clone()));
        let placed = time.moment();
        assert_eq!((placed.since(&start), placed.since(&placed), start.since(&placed)), (None, Some(0), None));
        clock.advance(Duration::from_nanos(5));
        let later = time.moment();
        assert_eq!((later.since(&placed), placed.since(&later)), (Some(5), None));

        time.replace(Arc::new(clock));
        assert_eq!(time.moment().since(&placed), None);
    }
}
