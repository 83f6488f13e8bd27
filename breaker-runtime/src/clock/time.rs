//! The time of one breaker.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime},
};

use parking_lot::RwLock;

#[cfg(feature = "cache")]
use super::moment::Moment;
use super::{Clock, system};

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

    /// Reads the coarse clock while `deadline` is more than [`system::COARSE_LAG`] away, else the precise one, which costs seven
    /// times as much.
    #[inline]
    pub(crate) fn nanos_near(&self, deadline: u64) -> u64 {
        self.coarse_if_before(deadline).unwrap_or_else(|| self.nanos())
    }

    /// The time, up to [`system::COARSE_LAG`] behind; `None` as soon as `deadline` may have come.
    #[inline]
    pub(crate) fn coarse_if_before(&self, deadline: u64) -> Option<u64> {
        let coarse = self.coarse();
        (coarse.saturating_add(system::COARSE_LAG) < deadline).then_some(coarse)
    }

    /// The time, up to [`system::COARSE_LAG`] behind.
    #[inline]
    pub(crate) fn coarse(&self) -> u64 {
        if self.is_replaced() { self.replaced_nanos() } else { system::coarse_nanos() }
    }

    #[inline]
    pub(crate) fn nanos(&self) -> u64 {
        if self.is_replaced() { self.replaced_nanos() } else { system::nanos() }
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
    fn replaced_nanos(&self) -> u64 {
        self.other().map_or_else(system::nanos, |clock| clock.nanos())
    }

    fn other(&self) -> Option<Arc<dyn Clock>> {
        if self.is_replaced() { self.other.read().clone() } else { None }
    }
}

#[cfg(all(test, feature = "cache"))]
mod tests {
    use super::*;
    use crate::clock::manual::ManualClock;

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
