//! Lifetime totals: what every call came to, since the breaker was made.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::{
    sync::{self, STRIPES, stripe_of_this_thread},
    word::Generation,
};

/// What is totalled.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Total {
    Successes,
    Failures,
    Ignored,
    Cancelled,
    Rejected,
    Fallbacks,
    Cached,
    Slow,
}

const TOTALS: usize = 8;

/// Counters striped over threads, so that two threads that finish calls at once do not write to one cache line.
///
/// These are plain statistics: nothing is decided by a total and nothing is published through one, so relaxed additions
/// do, and loom need not see them.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    stripes: Box<[Stripe; STRIPES]>,
}

/// Two lines wide, since processors fetch lines in pairs.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Stripe {
    totals: [AtomicU64; TOTALS],
    fresh: sync::AtomicU64,
}

impl Totals {
    #[inline]
    pub(crate) fn add(&self, total: Total) {
        self.stripes[stripe_of_this_thread()].totals[total as usize].fetch_add(1, Relaxed);
    }

    pub(crate) fn read(&self, total: Total) -> u64 {
        self.stripes.iter().map(|stripe| stripe.totals[total as usize].load(Relaxed)).sum()
    }

    /// Counts a success that the window has not taken yet.
    ///
    /// A rate is judged only by a failure or a slow call, so a success need not enter the window at once: it waits on
    /// its thread's own line, with its generation, until somebody looks. A stripe of an older generation starts anew.
    #[inline]
    pub(crate) fn add_fresh_success(&self, generation: Generation) {
        let stripe = &self.stripes[stripe_of_this_thread()];
        stripe.totals[Total::Successes as usize].fetch_add(1, Relaxed);
        let mut seen = stripe.fresh.load(Relaxed);
        loop {
            let (counted, count) = Generation::untag(seen);
            let next = if counted == generation {
                // More than any window holds is enough.
                generation.tag(count.saturating_add(1))
            } else if generation.is_after(counted) {
                generation.tag(1)
            } else {
                return;
            };
            match stripe.fresh.compare_exchange_weak(seen, next, Relaxed, Relaxed) {
                Ok(_) => return,
                Err(changed) => seen = changed,
            }
        }
    }

    /// Takes the successes of this generation that the window has not.
    pub(crate) fn take_fresh(&self, generation: Generation) -> u64 {
        self.stripes.iter().map(|stripe| stripe.take_fresh(generation)).sum()
    }
}

impl Stripe {
    fn take_fresh(&self, generation: Generation) -> u64 {
        let mut seen = self.fresh.load(Relaxed);
        loop {
            let (counted, count) = Generation::untag(seen);
            if counted != generation || count == 0 {
                return 0;
            }
            match self.fresh.compare_exchange_weak(seen, generation.tag(0), Relaxed, Relaxed) {
                Ok(_) => return count.into(),
                Err(changed) => seen = changed,
            }
        }
    }
}
