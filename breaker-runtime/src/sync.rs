//! The one place that decides between the real primitives and loom's.

#[cfg(not(loom))]
mod imp {
    pub(crate) use parking_lot::Mutex;
    use std::sync::atomic::AtomicUsize;
    pub(crate) use std::sync::atomic::{AtomicU64, Ordering};

    pub(crate) const STRIPES: usize = 8;

    /// Threads are dealt out in turn.
    #[inline]
    pub(crate) fn stripe_of_this_thread() -> usize {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        thread_local! {
            static STRIPE: usize = NEXT.fetch_add(1, Ordering::Relaxed) % STRIPES;
        }
        // The compiler sees that it is in bounds.
        STRIPE.with(|stripe| *stripe % STRIPES)
    }
}

#[cfg(loom)]
mod imp {
    use loom::sync::MutexGuard;
    pub(crate) use loom::sync::atomic::{AtomicU64, Ordering};

    /// The fullest contention, and the same in every run.
    pub(crate) const STRIPES: usize = 1;

    pub(crate) fn stripe_of_this_thread() -> usize {
        0
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
