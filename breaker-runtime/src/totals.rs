//! Lifetime totals: what every call came to, since the breaker was made.

use std::{
    array, iter,
    sync::atomic::{
        AtomicU64,
        Ordering::{Acquire, Relaxed, Release},
    },
};

use crate::{
    sync::{self, OWN_SLOTS, OnceBox, SHARED_SLOTS, slot, slot_if_known},
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

/// Counters striped over threads: a thread that has a stripe of its own shares its lines with no other writer, and needs
/// no locked instruction. A stripe is made when a thread first counts on it.
///
/// These are plain statistics: nothing is decided by a total and nothing is published through one, so relaxed accesses
/// do, and loom need not see them.
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
    totals: [AtomicU64; TOTALS],
    /// Successes of a generation.
    fresh: sync::AtomicU64,
    /// How many of them the window has taken. Written under the ledger's lock.
    taken: sync::AtomicU64,
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
            None => self.add_elsewhere(total),
        }
    }

    #[cold]
    fn add_elsewhere(&self, total: Total) {
        match self.writer() {
            Writer::Alone(stripe) => stripe.add_alone(total),
            Writer::Shared(stripe) => stripe.add_shared(total),
        }
    }

    /// Counts a success that the window has not taken yet. `false`: it was not counted, the window must take it at once.
    ///
    /// A rate is judged only by a failure or a slow call, so a success need not enter the window at once: it waits on
    /// its thread's own stripe, with its generation, until somebody looks.
    #[inline]
    pub(crate) fn add_fresh_success(&self, generation: Generation) -> bool {
        match self.own() {
            Some(stripe) => stripe.add_fresh_alone(generation),
            None => self.add_fresh_elsewhere(generation),
        }
    }

    #[cold]
    fn add_fresh_elsewhere(&self, generation: Generation) -> bool {
        match self.writer() {
            Writer::Alone(stripe) => stripe.add_fresh_alone(generation),
            Writer::Shared(stripe) => stripe.add_fresh_shared(generation),
        }
    }

    /// Takes the successes of this generation that the window has not. Under the ledger's lock.
    pub(crate) fn take_fresh(&self, generation: Generation) -> u64 {
        self.stripes().map(|stripe| stripe.take_fresh(generation)).sum()
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
            Some(stripe) => Writer::Alone(self.made(slot, stripe)),
            None => {
                let shared = slot % SHARED_SLOTS;
                Writer::Shared(self.made(OWN_SLOTS + shared, &self.shared[shared]))
            }
        }
    }

    /// Its bit first: whoever has heard of a count on it finds it.
    fn made<'a>(&self, number: usize, stripe: &'a OnceBox<Stripe>) -> &'a Stripe {
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
        // Nobody else writes it, so nothing comes between.
        total.store(total.load(Relaxed).wrapping_add(1), Relaxed);
    }

    fn add_shared(&self, total: Total) {
        self.totals[total as usize].fetch_add(1, Relaxed);
    }

    #[inline]
    fn add_fresh_alone(&self, generation: Generation) -> bool {
        let Some(next) = one_more(self.fresh.load(Relaxed), generation) else { return false };
        self.add_alone(Total::Successes);
        // Whoever takes it knows of it in the total too.
        self.fresh.store(next, Release);
        true
    }

    fn add_fresh_shared(&self, generation: Generation) -> bool {
        let mut seen = self.fresh.load(Relaxed);
        loop {
            let Some(next) = one_more(seen, generation) else { return false };
            match self.fresh.compare_exchange_weak(seen, next, Relaxed, Relaxed) {
                Ok(_) => {
                    self.add_shared(Total::Successes);
                    return true;
                }
                Err(changed) => seen = changed,
            }
        }
    }

    /// Under the ledger's lock, so no newer generation begins meanwhile.
    fn take_fresh(&self, generation: Generation) -> u64 {
        let (counted, count) = Generation::untag(self.fresh.load(Acquire));
        if counted != generation {
            return 0;
        }
        let (marked, taken) = Generation::untag(self.taken.load(Relaxed));
        let taken = if marked == generation { taken } else { 0 };
        let mut kept = count;
        if count == u32::MAX {
            // Nobody writes to a full count, until it is emptied here.
            kept = 0;
            self.fresh.store(generation.tag(kept), Relaxed);
        }
        let new = count.saturating_sub(taken);
        if new > 0 {
            self.taken.store(generation.tag(kept), Relaxed);
        }
        new.into()
    }
}

/// The count with another success of a generation; an older generation's count starts anew. `None`: it is full, or a
/// newer generation's.
#[inline]
fn one_more(seen: u64, generation: Generation) -> Option<u64> {
    let (counted, count) = Generation::untag(seen);
    if counted == generation {
        count.checked_add(1).map(|count| generation.tag(count))
    } else if generation.is_after(counted) {
        Some(generation.tag(1))
    } else {
        None
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_full_count_is_emptied_before_it_goes_on() {
        let (totals, generation) = (Totals::new(), Generation::FIRST.next());
        assert!(totals.add_fresh_success(generation));
        let stripe = totals.stripes().next().unwrap();
        stripe.fresh.store(generation.tag(u32::MAX - 1), Relaxed);
        assert!(totals.add_fresh_success(generation));
        assert!(!totals.add_fresh_success(generation));
        assert_eq!(totals.take_fresh(generation), u64::from(u32::MAX));
        assert!(totals.add_fresh_success(generation));
        assert_eq!((totals.take_fresh(generation), totals.take_fresh(generation)), (1, 0));
        assert_eq!(totals.read(Total::Successes), 3);
    }

    #[test]
    fn each_success_is_taken_once_in_its_own_generation() {
        let (totals, first) = (Totals::new(), Generation::FIRST);
        let second = first.next();
        assert!(totals.add_fresh_success(first) && totals.add_fresh_success(first));
        assert_eq!((totals.take_fresh(first), totals.take_fresh(first)), (2, 0));
        assert!(totals.add_fresh_success(first) && totals.add_fresh_success(second));
        assert!(!totals.add_fresh_success(first), "a newer generation counts here");
        assert_eq!((totals.take_fresh(first), totals.take_fresh(second)), (0, 1));
    }
}
