//! A thread's own hold on a key's breaker: what calls through the thread's cache write to.
//!
//! A call must neither take a lock nor write to a cache line that other threads read. So each thread that keeps a key in its
//! cache has a lease of its own, and says there that a call is in flight. Who wants to evict the key asks all leases.
//!
//! | atomic | who writes | who reads | ordering, and why |
//! |---|---|---|---|
//! | `calls` | the lease's thread alone | who evicts | relaxed, with a fence between the writing of `retired` and the reading: see below |
//! | `used` | the lease's thread alone | who evicts | relaxed: decides who is evicted first, and publishes nothing |
//! | `retired` | who evicts, under the shard's lock | the lease's thread, at each call | release and acquire: who sees it finds the key gone from the map |
//! | `kept` | the lease's thread, as its cache gives the lease to a future and takes it back | who evicts | relaxed: written in the order in which the key looks as if it were in use rather than idle |
//! | `place` | the lease's thread, as it puts the lease into its cache | whoever ends a future | relaxed: what is found there is compared |
//!
//! # Retirement against a call that begins
//! The thread writes `calls` and then reads `retired`; who evicts writes `retired` and then reads `calls`. Only a fence on
//! both sides would rule out that each misses the other, and one with every call costs more than the rest of the lookup.
//! So it may happen, for as long as a processor holds a write back, that a call goes on with a breaker whose key has just
//! been evicted. It is then as a call that ended just before: it is booked to the breaker that admitted it, which stays in the
//! family's totals as long as anybody holds it. No other key's breaker hears of it.

use std::sync::Arc;

use crate::sync::{AtomicBool, AtomicU32, AtomicUsize, Ordering, fence, plain};

/// What a thread's cache keeps of a key. Futures hold it too, so that calls of async functions count on a cache line of the
/// thread that began them.
#[derive(Debug)]
pub(crate) struct Lease<E: Leased> {
    of: E,
    /// Calls in flight that began on the lease's thread and end there.
    calls: AtomicU32,
    used: plain::AtomicU64,
    retired: AtomicBool,
    /// How often the thread's cache holds it.
    kept: AtomicUsize,
    /// Where it stands in the cache.
    place: plain::AtomicU64,
}

/// What a lease is of.
pub(crate) trait Leased {
    /// One of its leases has ended.
    fn lease_ended(&self);
}

impl<E: Leased> Lease<E> {
    pub(super) fn new(of: E) -> Self {
        Self {
            of,
            calls: AtomicU32::new(0),
            used: plain::AtomicU64::new(0),
            retired: AtomicBool::new(false),
            kept: AtomicUsize::new(1),
            place: plain::AtomicU64::new(0),
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

    /// Notes how often the thread's cache holds it: before it gives one away, and after it took one back.
    #[inline]
    pub(super) fn set_kept(&self, times: usize) {
        self.kept.store(times, Ordering::Relaxed);
    }

    pub(super) fn is_kept(&self) -> bool {
        self.kept.load(Ordering::Relaxed) > 0
    }

    #[inline]
    pub(super) fn place(&self) -> u64 {
        self.place.load(Ordering::Relaxed)
    }

    pub(super) fn set_place(&self, place: u64) {
        self.place.store(place, Ordering::Relaxed);
    }

    pub(super) fn is_retired(&self) -> bool {
        self.retired.load(Ordering::Relaxed)
    }

    pub(super) fn retire(&self) {
        self.retired.store(true, Ordering::Release);
    }

    /// Whether a call is in flight, as far as can be seen. The caller holds the lease too.
    pub(super) fn is_in_call(self: &Arc<Self>) -> bool {
        let idle = 1 + self.kept.load(Ordering::Relaxed);
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

impl<E: Leased> Drop for Lease<E> {
    fn drop(&mut self) {
        self.of.lease_ended();
    }
}

/// Retirement against all that may happen at the same time. The breaker is a real one, so that a call's result is counted as
/// it is in a program.
#[cfg(all(test, loom))]
mod loom_tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU32, Ordering::SeqCst},
    };

    use loom::thread;

    use super::*;
    use crate::{breaker::CircuitBreaker, config::Config, sync::Mutex};

    /// A key as a family has it: in the map until it is taken.
    struct Key {
        breaker: CircuitBreaker,
        in_map: Mutex<bool>,
        ended: AtomicU32,
    }

    type TestLease = Lease<Arc<Key>>;

    impl Leased for Arc<Key> {
        fn lease_ended(&self) {
            self.ended.fetch_add(1, SeqCst);
        }
    }

    impl Key {
        fn new() -> Arc<Self> {
            Arc::new(Self {
                breaker: CircuitBreaker::new("loom", Config::default()),
                in_map: Mutex::new(true),
                ended: AtomicU32::new(0),
            })
        }

        /// What the entry keeps is weak in a program. Here it is the evicting thread that holds the leases.
        fn lend(self: &Arc<Self>) -> Arc<TestLease> {
            Arc::new(Lease::new(Arc::clone(self)))
        }

        /// Takes the key out of the map if it is idle, as an eviction does under the shard's lock.
        fn evict(&self, leases: &[Arc<TestLease>]) -> bool {
            let mut in_map = self.in_map.lock();
            let goes = *in_map && Lease::retire_if_idle(leases);
            *in_map &= !goes;
            goes
        }

        fn successes(&self) -> u64 {
            self.breaker.snapshot().successes
        }
    }

    /// A call as a thread makes it that has the key in its cache. Returns whether it was admitted by this breaker: through the
    /// lease, or else by way of the map, if the key is there still. In a program another breaker is made if it is not.
    fn call(lease: &TestLease) -> bool {
        let key = lease.of();
        if lease.begin(0) {
            let _ = key.breaker.call(|| Ok::<_, ()>(()));
            lease.end();
            return true;
        }
        let in_map = key.in_map.lock();
        if *in_map {
            let _ = key.breaker.call(|| Ok::<_, ()>(()));
        }
        *in_map
    }

    fn model(f: impl Fn() + Send + Sync + 'static) {
        let mut model = loom::model::Builder::new();
        model.preemption_bound = Some(3);
        model.check(f);
    }

    #[test]
    fn a_call_against_a_retirement_is_counted_once_or_sent_back_to_the_map() {
        let seen = Arc::new(AtomicU32::new(0));
        let outcomes = Arc::clone(&seen);
        model(move || {
            let key = Key::new();
            let lease = key.lend();
            let caller = {
                let lease = Arc::clone(&lease);
                thread::spawn(move || call(&lease))
            };
            // The caller's clone is the cache's.
            let evicted = key.evict(std::slice::from_ref(&lease));
            let went = caller.join().unwrap();
            assert_eq!(key.successes(), u64::from(went), "its result is where it was admitted, and nowhere else");
            assert!(evicted || went, "a key that stays can be called");
            assert_eq!(lease.begin(0), !evicted, "and again");
            outcomes.fetch_or(1 << (u32::from(evicted) * 2 + u32::from(went)), SeqCst);
        });
        // It stayed; it went before the call; it went after the call.
        assert_eq!(seen.load(SeqCst), 1 << 1 | 1 << 2 | 1 << 3);
    }

    #[test]
    fn a_key_with_a_call_in_flight_stays() {
        model(|| {
            let key = Key::new();
            let lease = key.lend();
            assert!(lease.begin(0));
            let evicting = {
                let (key, lease) = (Arc::clone(&key), Arc::clone(&lease));
                thread::spawn(move || key.evict(&[lease]))
            };
            let _ = key.breaker.call(|| Err::<(), _>(()));
            // While the call lasts.
            let evicted = evicting.join().unwrap();
            lease.end();
            assert!(!evicted);
            assert_eq!(key.breaker.snapshot().consecutive_failures, 1);
        });
    }

    #[test]
    fn of_two_that_evict_one_takes_the_key_and_a_call_beside_them_is_counted_once() {
        model(|| {
            let key = Key::new();
            let lease = key.lend();
            let evict = {
                let (key, weak) = (Arc::clone(&key), Arc::downgrade(&lease));
                // Looked for under the lock, as in a program.
                move || {
                    let mut in_map = key.in_map.lock();
                    let living: Vec<_> = weak.upgrade().into_iter().collect();
                    let goes = *in_map && Lease::retire_if_idle(&living);
                    *in_map &= !goes;
                    goes
                }
            };
            let other = thread::spawn({
                let evict = evict.clone();
                move || evict()
            });
            let went = call(&lease);
            let mine = evict();
            let theirs = other.join().unwrap();
            assert!(!(mine && theirs));
            assert!(went || theirs, "a key that stays can be called");
            assert_eq!(key.successes(), u64::from(went));
            assert_eq!(*key.in_map.lock(), !mine && !theirs);
        });
    }

    #[test]
    fn a_thread_that_ends_while_its_key_is_evicted_leaves_nothing_behind() {
        model(|| {
            let key = Key::new();
            let lease = key.lend();
            let weak = Arc::downgrade(&lease);
            let ending = thread::spawn(move || {
                let went = call(&lease);
                // Its cache lets go of it.
                lease.set_kept(0);
                drop(lease);
                went
            });
            let evicted = {
                let living: Vec<_> = weak.upgrade().into_iter().collect();
                key.evict(&living)
            };
            let went = ending.join().unwrap();
            assert_eq!(key.successes(), u64::from(went));
            assert!(evicted || went);
            assert_eq!(key.ended.load(SeqCst), 1);
            assert!(weak.upgrade().is_none());
        });
    }
}
