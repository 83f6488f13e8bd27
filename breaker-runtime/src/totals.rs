//! Lifetime totals: what every call came to, since the breaker was made.

use std::{array, iter, sync::atomic::Ordering::Relaxed};

use crate::{
    sync::{self, OWN_SLOTS, OnceBox, SHARED_SLOTS, plain::AtomicU64, slot, slot_if_known},
    word::Generation,
};

use self::deferred::Deferred;

mod deferred;

/// What is totalled.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Total {
    Successes,
    Failures,
    Ignored,
    Cancelled,
    Rejected,
    Fallbacks,
    FallbackFailures,
    Cached,
    Slow,
}

const TOTALS: usize = 9;

/// Counters striped over threads: a thread that has a stripe of its own shares its lines with no other writer, and needs
/// no locked instruction. A stripe is made when a thread first counts on it.
///
/// The totals are plain statistics: nothing is decided by one and nothing is published through one, so relaxed accesses
/// do. The deferred successes beside them have orderings of their own.
#[derive(Debug)]
pub(crate) struct Totals {
    /// A bit for each stripe that is counted on, so that readers pass over the others.
    used: sync::AtomicU64,
    own: [OnceBox<Stripe>; OWN_SLOTS],
    shared: [OnceBox<Stripe>; SHARED_SLOTS],
}

/// Two lines wide, since processors fetch lines in pairs.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Stripe {
    /// Statistics, which loom need not see.
    totals: [AtomicU64; TOTALS],
    deferred: Deferred,
}

/// A stripe, and who else writes to it.
enum Writer<'a> {
    Alone(&'a Stripe),
    Shared(&'a Stripe),
}

impl Totals {
    pub(crate) fn new() -> Self {
        Self {
            used: sync::AtomicU64::new(0),
            own: array::from_fn(|_| OnceBox::new()),
            shared: array::from_fn(|_| OnceBox::new()),
        }
    }

    #[inline]
    pub(crate) fn add(&self, total: Total) {
        match self.own() {
            Some(stripe) => stripe.add_alone(total),
            None => self.add_slow(total),
        }
    }

    #[cold]
    fn add_slow(&self, total: Total) {
        match self.writer() {
            Writer::Alone(stripe) => stripe.add_alone(total),
            Writer::Shared(stripe) => stripe.add_shared(total),
        }
    }

    /// Counts a success that the window takes later. Returns false if it was not counted: the window must take it at once.
    #[inline]
    pub(crate) fn defer_success(&self, generation: Generation) -> bool {
        match self.own() {
            Some(stripe) => stripe.defer_alone(generation),
            None => self.defer_slow(generation),
        }
    }

    #[cold]
    fn defer_slow(&self, generation: Generation) -> bool {
        match self.writer() {
            Writer::Alone(stripe) => stripe.defer_alone(generation),
            Writer::Shared(stripe) => stripe.defer_shared(generation),
        }
    }

    /// Returns the deferred successes of this generation, each once. Under the ledger's lock.
    pub(crate) fn drain_deferred(&self, generation: Generation) -> u64 {
        self.stripes().map(|stripe| stripe.deferred.drain(generation)).sum()
    }

    pub(crate) fn read(&self, total: Total) -> u64 {
        self.stripes().map(|stripe| stripe.totals[total as usize].load(Relaxed)).sum()
    }

    fn stripes(&self) -> impl Iterator<Item = &Stripe> {
        let mut used = self.used.load(Relaxed);
        iter::from_fn(move || {
            let number = used.trailing_zeros() as usize;
            used &= used.checked_sub(1)?;
            self.own.get(number).or_else(|| self.shared.get(number - OWN_SLOTS))
        })
        .filter_map(OnceBox::get)
    }

    /// The stripe of this thread's own, once it is made.
    #[inline]
    fn own(&self) -> Option<&Stripe> {
        self.own.get(slot_if_known())?.get()
    }

    fn writer(&self) -> Writer<'_> {
        let slot = slot();
        match self.own.get(slot) {
            Some(stripe) => Writer::Alone(self.stripe_or_init(slot, stripe)),
            None => {
                let shared = slot % SHARED_SLOTS;
                Writer::Shared(self.stripe_or_init(OWN_SLOTS + shared, &self.shared[shared]))
            }
        }
    }

    /// Sets the bit before the first count, or a reader could miss that count.
    fn stripe_or_init<'a>(&self, number: usize, stripe: &'a OnceBox<Stripe>) -> &'a Stripe {
        stripe.get().unwrap_or_else(|| {
            self.used.fetch_or(1 << number, Relaxed);
            stripe.get_or_init(Box::default)
        })
    }
}

impl Stripe {
    #[inline]
    fn add_alone(&self, total: Total) {
        let total = &self.totals[total as usize];
        // Nobody else writes it, so nothing comes between the load and the store.
        total.store(total.load(Relaxed).wrapping_add(1), Relaxed);
    }

    fn add_shared(&self, total: Total) {
        self.totals[total as usize].fetch_add(1, Relaxed);
    }

    #[inline]
    fn defer_alone(&self, generation: Generation) -> bool {
        self.deferred.add_alone(generation, || self.add_alone(Total::Successes))
    }

    fn defer_shared(&self, generation: Generation) -> bool {
        self.deferred.add_shared(generation, || self.add_shared(Total::Successes))
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_full_count_is_emptied_before_it_goes_on() {
        let (totals, generation) = (Totals::new(), Generation::FIRST.next());
        assert!(totals.defer_success(generation));
        let stripe = totals.stripes().next().unwrap();
        stripe.deferred.fill(generation, u32::MAX - 1);
        assert!(totals.defer_success(generation));
        assert!(!totals.defer_success(generation));
        assert_eq!(totals.drain_deferred(generation), u64::from(u32::MAX));
        assert!(totals.defer_success(generation));
        assert_eq!((totals.drain_deferred(generation), totals.drain_deferred(generation)), (1, 0));
        assert_eq!(totals.read(Total::Successes), 3);
    }

    #[test]
    fn each_success_is_taken_once_in_its_own_generation() {
        let (totals, first) = (Totals::new(), Generation::FIRST);
        let second = first.next();
        assert!(totals.defer_success(first) && totals.defer_success(first));
        assert_eq!((totals.drain_deferred(first), totals.drain_deferred(first)), (2, 0));
        assert!(totals.defer_success(first) && totals.defer_success(second));
        assert!(!totals.defer_success(first), "a newer generation counts here");
        assert_eq!((totals.drain_deferred(first), totals.drain_deferred(second)), (0, 1));
    }
}
