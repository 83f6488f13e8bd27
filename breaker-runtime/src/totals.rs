//! Lifetime totals: what every call came to, since the breaker was made.

use std::{array, iter, sync::atomic::Ordering::Relaxed};

use crate::{
    sync::{
        self, FEW_OWN_SLOTS, FEW_SHARED_SLOTS, FIRST_SLOTS, OWN_SLOTS, OnceBox, SHARED_SLOTS, first_slot,
        plain::AtomicU64, slot,
    },
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

/// Counters striped over threads: a thread that has a stripe of its own shares its cache lines with no other writer, and needs
/// no locked instruction. A stripe is made when a thread first counts on it.
///
/// The totals are plain statistics: nothing is decided by one and nothing is published through one, so relaxed accesses
/// do. The deferred successes beside them have orderings of their own.
#[derive(Debug)]
pub(crate) struct Totals {
    /// A bit for each stripe that is counted on, so that readers pass over the others.
    used: sync::AtomicU64,
    striping: Striping,
    /// Those of the threads with the first slots. The last place stays empty: it is that of all other threads.
    first: [OnceBox<Stripe>; FIRST_SLOTS + 1],
    more: OnceBox<More>,
    /// What the other threads share, where stripes are few.
    few_shared: [OnceBox<Stripe>; FEW_SHARED_SLOTS],
}

/// The other stripes, where they may be many.
#[derive(Debug)]
struct More {
    own: [OnceBox<Stripe>; OWN_SLOTS - FIRST_SLOTS],
    shared: [OnceBox<Stripe>; SHARED_SLOTS],
}

impl Default for More {
    fn default() -> Self {
        Self { own: array::from_fn(|_| OnceBox::new()), shared: array::from_fn(|_| OnceBox::new()) }
    }
}

/// How many stripes there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Striping {
    /// One for each of 32 threads, and some that others share.
    Many,
    /// Six in all, for a breaker that is one of many: it must stay small however many threads have called it.
    Few,
}

/// The sums over all stripes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sums([u64; TOTALS]);

impl Sums {
    pub(crate) fn get(&self, total: Total) -> u64 {
        self.0[total as usize]
    }
}

/// Two cache lines wide, since processors fetch lines in pairs.
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
    pub(crate) fn new(striping: Striping) -> Self {
        Self {
            used: sync::AtomicU64::new(0),
            striping,
            first: array::from_fn(|_| OnceBox::new()),
            more: OnceBox::new(),
            few_shared: array::from_fn(|_| OnceBox::new()),
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

    pub(crate) fn read_all(&self) -> Sums {
        let mut sums = Sums::default();
        for stripe in self.stripes() {
            sums.0.iter_mut().zip(&stripe.totals).for_each(|(sum, total)| *sum += total.load(Relaxed));
        }
        sums
    }

    fn stripes(&self) -> impl Iterator<Item = &Stripe> {
        let mut used = self.used.load(Relaxed);
        iter::from_fn(move || {
            let number = used.trailing_zeros() as usize;
            used &= used.checked_sub(1)?;
            Some(self.place(number).and_then(OnceBox::get))
        })
        .flatten()
    }

    /// The stripe of this thread's own, once it is made and if its slot is one of the first.
    #[inline]
    fn own(&self) -> Option<&Stripe> {
        self.first[first_slot() as usize].get()
    }

    fn writer(&self) -> Writer<'_> {
        let slot = slot();
        let (own, shared) = match self.striping {
            Striping::Many => (OWN_SLOTS, OWN_SLOTS + slot % SHARED_SLOTS),
            Striping::Few => (FEW_OWN_SLOTS, OWN_SLOTS + slot % FEW_SHARED_SLOTS),
        };
        let (number, writer): (_, fn(_) -> _) =
            if slot < own { (slot, Writer::Alone) } else { (shared, Writer::Shared) };
        if number >= FIRST_SLOTS && self.striping == Striping::Many {
            self.more.get_or_init(Box::default);
        }
        // A place that is in range, always.
        let stripe = self.place(number).unwrap_or(&self.first[0]);
        writer(self.stripe_or_init(number, stripe))
    }

    /// The place of a stripe by its number: first those of threads with slots of their own, then the shared ones.
    fn place(&self, number: usize) -> Option<&OnceBox<Stripe>> {
        if number < FIRST_SLOTS {
            return self.first.get(number);
        }
        match self.striping {
            Striping::Few => self.few_shared.get(number - OWN_SLOTS),
            Striping::Many => {
                let more = self.more.get()?;
                more.own.get(number - FIRST_SLOTS).or_else(|| more.shared.get(number - OWN_SLOTS))
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
    use std::{collections::HashSet, ptr, sync::mpsc, thread};

    use parking_lot::Mutex;

    use super::*;

    #[test]
    fn a_threads_own_stripe_has_no_other_writer_and_each_stripe_is_read_once() {
        let stripings = [(Striping::Many, SHARED_SLOTS), (Striping::Few, FEW_SHARED_SLOTS)];
        // By all threads, and by those only that come after the first.
        for ((striping, shared_stripes), least) in stripings.into_iter().flat_map(|s| [(s, 0), (s, FIRST_SLOTS)]) {
            let totals = Totals::new(striping);
            let written = written(&totals, least);
            let stripes = |alone| written.iter().filter(move |write| write.0 == alone).map(|write| write.1);
            let (own, shared) = (stripes(true).collect::<HashSet<_>>(), stripes(false).collect::<HashSet<_>>());
            assert_eq!(own.len(), stripes(true).count(), "{striping:?} from {least}");
            assert!(own.is_disjoint(&shared), "{striping:?} from {least}");
            assert_eq!(shared.len(), shared_stripes, "{striping:?} from {least}");
            assert_eq!(totals.stripes().count(), own.len() + shared.len(), "{striping:?} from {least}");
            assert!(totals.first[FIRST_SLOTS].get().is_none(), "that of all other threads stays empty");
            assert_eq!(totals.read_all().get(Total::Successes), written.len() as u64, "{striping:?} from {least}");
        }
    }

    /// What threads write to that live at once, one for each slot: whether alone, and which stripe.
    fn written(totals: &Totals, least_slot: usize) -> Vec<(bool, usize)> {
        let (sender, writes) = mpsc::channel();
        let until_all_wrote = Mutex::new(());
        let count = &|sender: mpsc::Sender<_>| {
            if slot() >= least_slot {
                totals.add(Total::Successes);
                let (alone, stripe) = match totals.writer() {
                    Writer::Alone(stripe) => (true, stripe),
                    Writer::Shared(stripe) => (false, stripe),
                };
                sender.send((alone, ptr::from_ref(stripe).addr())).unwrap();
            }
            drop(sender);
            // Its slot is its own until it ends.
            drop(until_all_wrote.lock());
        };
        thread::scope(|scope| {
            let waiting = until_all_wrote.lock();
            let threads: Vec<_> =
                iter::repeat_n(sender, 2 * OWN_SLOTS).map(|sender| scope.spawn(move || count(sender))).collect();
            let writes = writes.iter().collect();
            drop(waiting);
            threads.into_iter().for_each(|thread| thread.join().unwrap());
            writes
        })
    }

    #[test]
    fn a_full_count_is_emptied_before_it_goes_on() {
        let (totals, generation) = (Totals::new(Striping::Many), Generation::FIRST.next());
        assert!(totals.defer_success(generation));
        let stripe = totals.stripes().next().unwrap();
        stripe.deferred.fill(generation, u32::MAX - 1);
        assert!(totals.defer_success(generation));
        assert!(!totals.defer_success(generation));
        assert_eq!(totals.drain_deferred(generation), u64::from(u32::MAX));
        assert!(totals.defer_success(generation));
        assert_eq!((totals.drain_deferred(generation), totals.drain_deferred(generation)), (1, 0));
        assert_eq!(totals.read_all().get(Total::Successes), 3);
    }

    #[test]
    fn each_success_is_taken_once_in_its_own_generation() {
        let (totals, first) = (Totals::new(Striping::Many), Generation::FIRST);
        let second = first.next();
        assert!(totals.defer_success(first) && totals.defer_success(first));
        assert_eq!((totals.drain_deferred(first), totals.drain_deferred(first)), (2, 0));
        assert!(totals.defer_success(first) && totals.defer_success(second));
        assert!(!totals.defer_success(first), "a newer generation counts here");
        assert_eq!((totals.drain_deferred(first), totals.drain_deferred(second)), (0, 1));
    }
}
