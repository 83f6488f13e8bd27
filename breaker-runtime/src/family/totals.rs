//! What a family has counted.

use crate::snapshot::{Snapshot, TransitionCounts};

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
    /// Calls that were refused.
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
        }
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
    }
}
