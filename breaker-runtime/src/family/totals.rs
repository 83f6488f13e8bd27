//! What a family has counted.

use crate::{
    machine::Lifetime,
    snapshot::{Snapshot, TransitionCounts},
    totals::Total,
};

/// What all calls of a family came to since it was made, also those of keys that were evicted.
///
/// ```
/// use breaker_runtime::{CircuitBreakerFamily, Config};
///
/// let hosts = CircuitBreakerFamily::new("http", Config::default());
/// let _ = hosts.get("a.example").call(|| Err::<(), _>("down"));
/// let _ = hosts.get("b.example").call(|| Ok::<_, ()>(()));
/// let seen = hosts.totals();
/// assert_eq!((seen.successes, seen.failures), (1, 1));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FamilyTotals {
    /// Calls that succeeded.
    pub successes: u64,
    /// Calls that failed.
    pub failures: u64,
    /// Calls that said nothing about the dependency.
    pub ignored: u64,
    /// Calls that were dropped before they ended.
    pub cancelled: u64,
    /// Calls that were rejected.
    pub rejected: u64,
    /// Fallbacks that ran.
    pub fallbacks: u64,
    /// Fallbacks whose own answer was a failure.
    pub fallback_failures: u64,
    /// Calls answered from the cache.
    pub cached: u64,
    /// Calls slower than `slow_call_duration`.
    pub slow: u64,
    /// Transitions to open.
    pub times_opened: u64,
    /// Transitions from each state to each other.
    pub transitions: TransitionCounts,
    /// Calls that were let through unguarded, since there was no room for their keys. They are among the others too.
    pub unguarded: u64,
}

impl FamilyTotals {
    pub(crate) fn of(breaker: &Snapshot) -> Self {
        Self {
            successes: breaker.successes,
            failures: breaker.failures,
            ignored: breaker.ignored,
            cancelled: breaker.cancelled,
            rejected: breaker.rejected,
            fallbacks: breaker.fallbacks,
            fallback_failures: breaker.fallback_failures,
            cached: breaker.cached,
            slow: breaker.slow,
            times_opened: breaker.times_opened,
            transitions: breaker.transitions,
            unguarded: 0,
        }
    }

    pub(crate) fn add_lifetime(&mut self, breaker: &Lifetime) {
        let total = |total| breaker.totals.get(total);
        self.successes += total(Total::Successes);
        self.failures += total(Total::Failures);
        self.ignored += total(Total::Ignored);
        self.cancelled += total(Total::Cancelled);
        self.rejected += total(Total::Rejected);
        self.fallbacks += total(Total::Fallbacks);
        self.fallback_failures += total(Total::FallbackFailures);
        self.cached += total(Total::Cached);
        self.slow += total(Total::Slow);
        self.times_opened += breaker.times_opened;
        if let Some(transitions) = &breaker.transitions {
            self.transitions.add(transitions);
        }
    }

    /// Adds the calls of keys without a breaker of their own.
    pub(super) fn add_unguarded(&mut self, overflow: &Lifetime) {
        self.add_lifetime(overflow);
        let ended = [Total::Successes, Total::Failures, Total::Ignored, Total::Cancelled];
        self.unguarded += ended.map(|total| overflow.totals.get(total)).iter().sum::<u64>();
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.successes += other.successes;
        self.failures += other.failures;
        self.ignored += other.ignored;
        self.cancelled += other.cancelled;
        self.rejected += other.rejected;
        self.fallbacks += other.fallbacks;
        self.fallback_failures += other.fallback_failures;
        self.cached += other.cached;
        self.slow += other.slow;
        self.times_opened += other.times_opened;
        self.transitions.add(&other.transitions);
        self.unguarded += other.unguarded;
    }
}
