//! A thread's own hold on a key's breaker: what calls through the thread's cache write to.
//!
//! A call must neither take a lock nor write to a line that other threads read. So each thread that keeps a key in its
//! cache has a lease of its own, and says there that a call is in flight. Who wants to evict the key asks all leases.
//!
//! | atomic | who writes | who reads | ordering, and why |
//! |---|---|---|---|
//! | `calls` | the lease's thread alone | who evicts | relaxed, with a fence between the writing of `retired` and the reading: see below |
//! | `used` | the lease's thread alone | who evicts | relaxed: decides who is evicted first, and publishes nothing |
//! | `retired` | who evicts, under the shard's lock | the lease's thread, at each call | release and acquire: who sees it finds the key gone from the map |
//! | `cached` | the lease's thread, when its cache lets go | who evicts | relaxed: until it is seen the key looks as if it were in use |
//!
//! # Retirement against a call that begins
//! The thread writes `calls` and then reads `retired`; who evicts writes `retired` and then reads `calls`. Only a fence on
//! both sides would rule out that each misses the other, and one with every call costs more than the rest of the lookup.
//! So it may happen, for as long as a processor holds a write back, that a call goes on with a breaker whose key has just
//! been evicted. It is then as a call that ended just before: it is booked to the breaker that admitted it, which stays in the
//! family's totals as long as anybody holds it. No other key's breaker hears of it.

use std::sync::Arc;

use crate::sync::{AtomicBool, AtomicU32, Ordering, fence, plain};

/// What a thread's cache keeps of a key. Futures hold it too, so that calls of async functions count on a line of the
/// thread that began them.
#[derive(Debug)]
pub(crate) struct Lease<E: Held> {
    of: E,
    /// Calls in flight that began on the lease's thread and end there.
    calls: AtomicU32,
    used: plain::AtomicU64,
    retired: AtomicBool,
    /// Whether the thread's cache holds it still.
    cached: AtomicBool,
}

/// What a lease is of.
pub(crate) trait Held {
    /// One of its leases has ended.
    fn lease_ended(&self);
}

impl<E: Held> Lease<E> {
    pub(super) fn new(of: E) -> Self {
        Self {
            of,
            calls: AtomicU32::new(0),
            used: plain::AtomicU64::new(0),
            retired: AtomicBool::new(false),
            cached: AtomicBool::new(true),
        }
    }

    #[inline]
    pub(super) fn of(&self) -> &E {
        &self.of
    }

    /// Notes a call that begins here and ends on this thread. Returns false if the key was evicted: look it up again.
    #[inline]
    pub(super) fn begin(&self, age: u64) -> bool {
        // Nobody else writes it, so nothing comes between the load and the store.
        self.calls.store(self.calls.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
        let goes = self.is_current(age);
        if !goes {
            self.end();
        }
        goes
    }

    #[inline]
    pub(super) fn end(&self) {
        self.calls.store(self.calls.load(Ordering::Relaxed).wrapping_sub(1), Ordering::Relaxed);
    }

    /// Notes a use, of a future that holds the lease. Returns false if the key was evicted.
    #[inline]
    pub(super) fn is_current(&self, age: u64) -> bool {
        self.used.store(age, Ordering::Relaxed);
        !self.retired.load(Ordering::Acquire)
    }

    pub(super) fn last_used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }

    /// The thread's cache lets go of it.
    pub(super) fn leave_cache(&self) {
        self.cached.store(false, Ordering::Relaxed);
    }

    pub(super) fn is_retired(&self) -> bool {
        self.retired.load(Ordering::Relaxed)
    }

    pub(super) fn retire(&self) {
        self.retired.store(true, Ordering::Release);
    }

    /// Whether a call is in flight, as far as can be seen. The caller holds the lease too.
    pub(super) fn is_in_call(self: &Arc<Self>) -> bool {
        let idle = 1 + usize::from(self.cached.load(Ordering::Relaxed));
        self.calls.load(Ordering::Relaxed) > 0 || Arc::strong_count(self) > idle
    }

    /// Retires all leases of a key, or none if a call is in flight through one.
    pub(super) fn retire_if_idle(leases: &[Arc<Self>]) -> bool {
        leases.iter().for_each(|lease| lease.retire());
        // A call that began before it could see that is seen here, but for what the module says.
        fence(Ordering::SeqCst);
        let idle = !leases.iter().any(|lease| lease.is_in_call());
        if !idle {
            leases.iter().for_each(|lease| lease.retired.store(false, Ordering::Release));
        }
        idle
    }
}

impl<E: Held> Drop for Lease<E> {
    fn drop(&mut self) {
        self.of.lease_ended();
    }
}
