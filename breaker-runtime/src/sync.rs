//! The one place that decides between the real primitives and loom's, and where 64-bit atomics come from.

#[cfg(not(all(test, loom)))]
mod slot;
/// Atomics that no model of loom's looks at: statistics, copies, clocks.
pub(crate) mod plain {
    #[cfg(not(target_has_atomic = "64"))]
    pub(crate) use portable_atomic::AtomicU64;
    #[cfg(target_has_atomic = "64")]
    pub(crate) use std::sync::atomic::AtomicU64;
}

mod slot_pool;

#[cfg(not(all(test, loom)))]
mod imp {
    pub(crate) use once_cell::race::OnceBox;
    pub(crate) use parking_lot::Mutex;
    pub(crate) use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering, fence};

    pub(crate) use super::plain::AtomicU64;
    pub(crate) use super::slot::{FIRST_SLOTS, OWN_SLOTS, first_slot, slot};

    /// What the threads without a slot of their own share.
    pub(crate) const SHARED_SLOTS: usize = 8;
    /// The same for a breaker that is one of many.
    pub(crate) const FEW_OWN_SLOTS: usize = 4;
    pub(crate) const FEW_SHARED_SLOTS: usize = 2;
}

#[cfg(all(test, loom))]
mod imp {
    use loom::sync::MutexGuard;
    pub(crate) use loom::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence};

    /// Few, so that the threads of a model are of both kinds.
    pub(crate) const FIRST_SLOTS: usize = 1;
    pub(crate) const OWN_SLOTS: usize = 2;
    pub(crate) const SHARED_SLOTS: usize = 1;
    pub(crate) const FEW_OWN_SLOTS: usize = 1;
    pub(crate) const FEW_SHARED_SLOTS: usize = 1;

    loom::lazy_static! {
        static ref NEXT: AtomicUsize = AtomicUsize::new(0);
    }

    loom::thread_local! {
        static SLOT: usize = NEXT.fetch_add(1, Ordering::Relaxed);
    }

    /// Threads of a model are few, and none takes the slot of one that ended.
    pub(crate) fn slot() -> usize {
        SLOT.with(|slot| *slot)
    }

    pub(crate) fn first_slot() -> usize {
        slot().min(FIRST_SLOTS)
    }

    /// Filled from the start, since loom must see its atomics made before they are shared, and shown once it is asked for.
    #[derive(Debug)]
    pub(crate) struct OnceBox<T> {
        value: Box<T>,
        is_made: AtomicBool,
    }

    impl<T: Default> OnceBox<T> {
        pub(crate) fn new() -> Self {
            Self { value: Box::default(), is_made: AtomicBool::new(false) }
        }

        pub(crate) fn get(&self) -> Option<&T> {
            self.is_made.load(Ordering::Acquire).then_some(&self.value)
        }

        pub(crate) fn get_or_init(&self, _: impl FnOnce() -> Box<T>) -> &T {
            self.is_made.store(true, Ordering::Release);
            &self.value
        }
    }

    /// loom's mutex with the signature of `parking_lot`'s.
    #[derive(Debug)]
    pub(crate) struct Mutex<T>(loom::sync::Mutex<T>);

    impl<T> Mutex<T> {
        pub(crate) fn new(value: T) -> Self {
            Self(loom::sync::Mutex::new(value))
        }

        pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
            self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
        }
    }
}

pub(crate) use imp::*;
