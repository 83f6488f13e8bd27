//! Successes that a window has not taken yet.
//!
//! A rate is judged only by a failure or a slow call, so a fast success need not enter the window at once. Its thread
//! counts it here, with the generation; whoever next looks at the window under the ledger's lock drains it.
//!
//! | atomic | who writes | who reads | ordering, and why |
//! |---|---|---|---|
//! | `counted` | the stripe's thread (or all threads of a shared stripe); the drain, when it is full | the drain, under the ledger's lock | alone: stored with release, loaded with acquire, so that who drains a count also sees the total above it. Shared: relaxed read-modify-writes, since the drain adds nothing up with the total |
//! | `drained` | the drain, under the ledger's lock | the same | relaxed: the lock orders it |

use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use crate::{sync::AtomicU64, word::Generation};

/// A generation in the high half of each word, a count of its successes in the low half.
#[derive(Debug, Default)]
pub(super) struct Deferred {
    counted: AtomicU64,
    /// How many of them the window has taken.
    drained: AtomicU64,
}

impl Deferred {
    /// Counts one; only the stripe's own thread may call it. Returns false if the window must take the success at once.
    #[inline]
    pub(super) fn add_alone(&self, generation: Generation, total: impl FnOnce()) -> bool {
        let Some(next) = next_count(self.counted.load(Relaxed), generation) else { return false };
        total();
        // Release: who drains this count also sees the total above.
        self.counted.store(next, Release);
        true
    }

    /// Counts one where several threads share the stripe. Returns false if the window must take the success at once.
    pub(super) fn add_shared(&self, generation: Generation, total: impl FnOnce()) -> bool {
        let mut seen = self.counted.load(Relaxed);
        loop {
            let Some(next) = next_count(seen, generation) else { return false };
            match self.counted.compare_exchange_weak(seen, next, Relaxed, Relaxed) {
                Ok(_) => {
                    total();
                    return true;
                }
                // Another thread counted, or the drain emptied a full count.
                Err(changed) => seen = changed,
            }
        }
    }

    /// Returns the successes of this generation that were not drained before, and marks them as drained. Under the ledger's
    /// lock, so no newer generation begins meanwhile.
    pub(super) fn drain(&self, generation: Generation) -> u64 {
        let (tag, count) = Generation::untag(self.counted.load(Acquire));
        // The successes of an older generation belong to no window any more.
        if tag != generation {
            return 0;
        }
        let (marked, drained) = Generation::untag(self.drained.load(Relaxed));
        let drained = if marked == generation { drained } else { 0 };
        let mut kept = count;
        if count == u32::MAX {
            // Nobody writes to a full count, until it is emptied here.
            kept = 0;
            self.counted.store(generation.tag(kept), Relaxed);
        }
        let new = count.saturating_sub(drained);
        if new > 0 {
            self.drained.store(generation.tag(kept), Relaxed);
        }
        new.into()
    }

    #[cfg(all(test, not(loom)))]
    pub(super) fn fill(&self, generation: Generation, count: u32) {
        self.counted.store(generation.tag(count), Relaxed);
    }
}

/// The count with another success of a generation; an older generation's count starts anew. `None`: it is full, or a
/// newer generation's.
#[inline]
fn next_count(seen: u64, generation: Generation) -> Option<u64> {
    let (counted, count) = Generation::untag(seen);
    if counted == generation {
        count.checked_add(1).map(|count| generation.tag(count))
    } else if generation.is_after(counted) {
        Some(generation.tag(1))
    } else {
        None
    }
}
