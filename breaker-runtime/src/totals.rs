//! Lifetime totals: what every call came to, since the breaker was made.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

/// What is totalled.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Total {
    Successes,
    Failures,
    Ignored,
    Cancelled,
    Rejected,
    Fallbacks,
}

const TOTALS: usize = 6;
const STRIPES: usize = 8;

/// Counters striped over threads, so that two threads that finish calls at once do not write to one cache line.
///
/// These are plain statistics: nothing is decided by them and nothing is published through them, so relaxed additions
/// do, and loom need not see them.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    stripes: Box<[Stripe; STRIPES]>,
}

/// Two lines wide, since processors fetch lines in pairs.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Stripe([AtomicU64; TOTALS]);

impl Totals {
    #[inline]
    pub(crate) fn add(&self, total: Total) {
        self.stripes[stripe()].0[total as usize].fetch_add(1, Relaxed);
    }

    pub(crate) fn read(&self, total: Total) -> u64 {
        self.stripes.iter().map(|stripe| stripe.0[total as usize].load(Relaxed)).sum()
    }
}

/// The stripe of this thread: threads are dealt out in turn.
#[inline]
fn stripe() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static STRIPE: usize = NEXT.fetch_add(1, Relaxed) % STRIPES;
    }
    STRIPE.with(|stripe| *stripe % STRIPES)
}
