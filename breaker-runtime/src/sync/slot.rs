//! A small number for each living thread, so that it can have counters that no other thread writes to.
//!
//! A locked addition costs as much as the rest of a guarded call several times over. A counter with one writer needs
//! none: a load and a store do.
//!
//! A program that links two copies of this crate, as a plug-in may bring its own, must not share a breaker between them:
//! each deals out its own slots.

use std::{
    cell::Cell,
    sync::atomic::{AtomicUsize, Ordering},
};

use super::slot_pool::SlotPool;

/// A slot below this is its thread's own; of the others each is shared by some.
pub(crate) const OWN_SLOTS: usize = SlotPool::COUNT;

/// So many of the first slots have a [`FirstSlot`].
pub(crate) const FIRST_SLOTS: usize = FirstSlot::None as usize;

const UNKNOWN: usize = usize::MAX;

/// A thread's slot, if it is one of the first. An enum, so that the compiler knows its range and checks no bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
#[rustfmt::skip]
pub(crate) enum FirstSlot { S0, S1, S2, S3, S4, S5, S6, S7, S8, S9, S10, S11, S12, S13, S14, S15, None }

impl FirstSlot {
    #[rustfmt::skip]
    const ALL: [Self; FIRST_SLOTS] = [
        Self::S0, Self::S1, Self::S2, Self::S3, Self::S4, Self::S5, Self::S6, Self::S7,
        Self::S8, Self::S9, Self::S10, Self::S11, Self::S12, Self::S13, Self::S14, Self::S15,
    ];

    fn of(slot: usize) -> Self {
        Self::ALL.get(slot).copied().unwrap_or(Self::None)
    }
}

/// The slots of a thread's own.
static OWN: SlotPool = SlotPool::new();

/// Deals out those that are shared.
static NEXT_SHARED: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static SLOT: Cell<usize> = const { Cell::new(UNKNOWN) };
    static FIRST: Cell<FirstSlot> = const { Cell::new(FirstSlot::None) };
    static OWNERSHIP: Cell<Option<Ownership>> = const { Cell::new(None) };
}

/// Returns this thread's slot if it is one of the first; [`FirstSlot::None`] until the thread first calls [`slot`].
#[inline]
pub(crate) fn first_slot() -> FirstSlot {
    FIRST.get()
}

/// This thread's slot.
#[cold]
pub(crate) fn slot() -> usize {
    if SLOT.get() == UNKNOWN {
        enter(own_slot().unwrap_or_else(shared_slot));
    }
    SLOT.get()
}

fn enter(slot: usize) {
    SLOT.set(slot);
    FIRST.set(FirstSlot::of(slot));
}

/// `None`: all are taken, or the thread is ending and could not give one back.
fn own_slot() -> Option<usize> {
    OWNERSHIP
        .try_with(|ownership| {
            let slot = OWN.take()?;
            ownership.set(Some(Ownership { slot }));
            Some(slot)
        })
        .ok()
        .flatten()
}

fn shared_slot() -> usize {
    OWN_SLOTS + NEXT_SHARED.fetch_add(1, Ordering::Relaxed) % OWN_SLOTS
}

/// Given back when its thread ends.
struct Ownership {
    slot: usize,
}

impl Drop for Ownership {
    fn drop(&mut self) {
        // What the thread's other destructors call counts on a cache line that is shared.
        enter(shared_slot());
        OWN.give_back(self.slot);
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, sync::Barrier, thread};

    use super::*;

    #[test]
    fn no_two_living_threads_own_a_slot() {
        const THREADS: usize = OWN_SLOTS + 8;
        for _ in 0..20 {
            let barrier = Barrier::new(THREADS);
            let slots: Vec<usize> = thread::scope(|scope| {
                let ask = || {
                    let slot = slot();
                    barrier.wait();
                    assert_eq!(first_slot() as usize, slot.min(FIRST_SLOTS));
                    slot
                };
                let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(ask)).collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            let owned: Vec<_> = slots.iter().filter(|slot| **slot < OWN_SLOTS).collect();
            assert_eq!(owned.iter().collect::<HashSet<_>>().len(), owned.len());
        }
        // They were given back. Another test may hold them all for a moment.
        assert!((0..10_000).any(|_| thread::spawn(slot).join().unwrap() < OWN_SLOTS));
    }
}
