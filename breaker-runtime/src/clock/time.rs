//! The time of one breaker.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::SystemTime,
};

use parking_lot::RwLock;

#[cfg(feature = "cache")]
use super::moment::Moment;
use super::{Clock, nanos::since_epoch, system};

/// For limits from a second on, a start by the coarse clock will do.
const COARSE_FROM: u64 = 1_000_000_000;

/// A breaker's time: the system clock unless another was put in its place.
// Not `crate::sync`: loom's models run on a clock that is put in place before their threads start.
pub(crate) struct Time {
    /// Lets the system clock be read without a look at the lock.
    replaced: AtomicBool,
    other: RwLock<Option<Replacement>>,
}

/// A clock in the system clock's place.
#[derive(Clone)]
pub(crate) struct Replacement {
    clock: Arc<dyn Clock>,
    /// What it read first. Its times count from there, so its own origin does not matter.
    origin: u64,
}

/// One moment by both of a breaker's clocks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Now {
    pub(crate) nanos: u64,
    pub(crate) wall: SystemTime,
}

impl Replacement {
    /// Reads the clock for the first time. Code of the user's: no lock is held here.
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        let origin = clock.nanos();
        Self { clock, origin }
    }

    fn nanos(&self) -> u64 {
        self.clock.nanos().saturating_sub(self.origin)
    }
}

impl Time {
    pub(crate) fn new(replacement: Option<Replacement>) -> Self {
        Self { replaced: AtomicBool::new(replacement.is_some()), other: RwLock::new(replacement) }
    }

    /// Returns the clock that was there before: its destructor is the user's code, so the caller drops it without a lock.
    #[must_use]
    pub(crate) fn replace(&self, replacement: Replacement) -> Option<Replacement> {
        let before = self.other.write().replace(replacement);
        self.replaced.store(true, Ordering::Release);
        before
    }

    /// Reads the coarse clock while `deadline` is more than [`system::COARSE_LAG`] away, else the precise one, which costs
    /// several times as much.
    #[inline]
    pub(crate) fn nanos_near(&self, deadline: u64) -> u64 {
        self.coarse_if_before(deadline).unwrap_or_else(|| self.nanos())
    }

    /// Returns the time, up to [`system::COARSE_LAG`] behind; `None` as soon as `deadline` may have come.
    #[inline]
    pub(crate) fn coarse_if_before(&self, deadline: u64) -> Option<u64> {
        let coarse = if self.is_replaced() { self.replaced_nanos() } else { system::coarse_nanos() };
        (coarse.saturating_add(system::COARSE_LAG) < deadline).then_some(coarse)
    }

    /// Reads the time at which a call begins that is slow after `limit`. By the coarse clock if the limit is long beside a tick,
    /// and then up to [`start_lag`](Self::start_lag) too early.
    #[inline]
    pub(crate) fn start(&self, limit: u64) -> u64 {
        if self.starts_coarsely(limit) { system::coarse_nanos() } else { self.nanos() }
    }

    /// Returns how much too early the start of a call may have been noted. A call that took longer than its limit by more
    /// than that was slow, whichever moment of the tick it began at.
    #[inline]
    pub(crate) fn start_lag(&self, limit: u64) -> u64 {
        if self.starts_coarsely(limit) { system::COARSE_LAG } else { 0 }
    }

    #[inline]
    fn starts_coarsely(&self, limit: u64) -> bool {
        system::HAS_COARSE && limit >= COARSE_FROM && !self.is_replaced()
    }

    #[inline]
    pub(crate) fn nanos(&self) -> u64 {
        if self.is_replaced() { self.replaced_nanos() } else { system::nanos() }
    }

    /// Returns the time of day in nanoseconds since 1970, up to [`system::COARSE_LAG`] behind.
    #[inline]
    pub(crate) fn wall_nanos(&self) -> u64 {
        if self.is_replaced() { self.replaced_wall_nanos() } else { system::coarse_wall_nanos() }
    }

    pub(crate) fn now(&self) -> Now {
        match self.other() {
            None => Now { nanos: system::nanos(), wall: system::wall() },
            Some(other) => Now { nanos: other.nanos(), wall: other.clock.wall() },
        }
    }

    #[cfg(feature = "cache")]
    pub(crate) fn moment(&self) -> Moment {
        // By the clock's own origin: the breakers of a family read it first at different times.
        match self.other() {
            None => Moment { nanos: system::nanos(), clock: None },
            Some(Replacement { clock, .. }) => Moment { nanos: clock.nanos(), clock: Some(clock) },
        }
    }

    pub(crate) fn is_replaced(&self) -> bool {
        self.replaced.load(Ordering::Acquire)
    }

    #[cold]
    fn replaced_nanos(&self) -> u64 {
        self.other().map_or_else(system::nanos, |other| other.nanos())
    }

    #[cold]
    fn replaced_wall_nanos(&self) -> u64 {
        self.other().map_or_else(system::coarse_wall_nanos, |other| since_epoch(other.clock.wall()))
    }

    /// A clone, so that the clock is read without the lock.
    fn other(&self) -> Option<Replacement> {
        if self.is_replaced() { self.other.read().clone() } else { None }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::manual::ManualClock;

    fn manual() -> (Time, ManualClock) {
        let clock = ManualClock::new();
        (Time::new(Some(Replacement::new(Arc::new(clock.clone())))), clock)
    }

    #[test]
    fn the_coarse_clock_decides_only_what_is_farther_away_than_its_lag() {
        let (time, clock) = manual();
        assert_eq!(time.coarse_if_before(system::COARSE_LAG), None, "it may have come");
        assert_eq!(time.coarse_if_before(system::COARSE_LAG + 1), Some(0));
        clock.advance(Duration::from_nanos(1));
        assert_eq!(time.coarse_if_before(system::COARSE_LAG + 1), None);
        assert_eq!((time.nanos_near(0), time.nanos_near(u64::MAX)), (1, 1));
    }

    #[cfg(feature = "cache")]
    #[test]
    fn a_moment_is_so_long_after_an_earlier_one_of_its_own_clock_only() {
        let (time, clock) = (Time::new(None), ManualClock::new());
        let start = time.moment();
        assert!(time.moment().since(&start).is_some());

        drop(time.replace(Replacement::new(Arc::new(clock.clone()))));
        let placed = time.moment();
        assert_eq!((placed.since(&start), placed.since(&placed), start.since(&placed)), (None, Some(0), None));
        clock.advance(Duration::from_nanos(5));
        let later = time.moment();
        assert_eq!((later.since(&placed), placed.since(&later)), (Some(5), None));

        drop(time.replace(Replacement::new(Arc::new(clock))));
        assert_eq!(time.moment().since(&placed), None);
    }
}

#[cfg(test)]
mod start_tests {
    use std::{sync::Arc, time::Duration};

    use super::*;
    use crate::clock::manual::ManualClock;

    #[test]
    fn a_start_is_too_early_by_its_lag_at_most_and_never_too_late() {
        let time = Time::new(None);
        for limit in [0, COARSE_FROM - 1, COARSE_FROM, u64::MAX] {
            for _ in 0..1000 {
                let (before, start, after) = (time.nanos(), time.start(limit), time.nanos());
                assert!(start <= after && start.saturating_add(time.start_lag(limit)) >= before);
            }
        }
        assert_eq!(time.start_lag(COARSE_FROM - 1), 0);
    }

    #[test]
    fn another_clock_is_exact() {
        let clock = ManualClock::new();
        let time = Time::new(Some(Replacement::new(Arc::new(clock.clone()))));
        clock.advance(Duration::from_nanos(7));
        assert_eq!((time.start(COARSE_FROM), time.start_lag(COARSE_FROM)), (7, 0));
    }
}
