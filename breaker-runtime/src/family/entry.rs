//! A key's breaker, and who holds on to it.

use std::{
    panic::{RefUnwindSafe, UnwindSafe},
    sync::{Arc, Weak, atomic::Ordering::Relaxed},
};

use parking_lot::Mutex;

use crate::{breaker::CircuitBreaker, sync::plain::AtomicU64};

use super::lease::{Lease, Leased};

/// What a family keeps of one key. A key that went is no longer in the map, but its entry lives on while somebody holds
/// it, and is summed by the family's totals until then.
#[derive(Debug)]
pub(crate) struct Entry {
    /// The number of the family that made it.
    pub(super) family: u64,
    pub(super) key: Arc<str>,
    pub(super) breaker: Arc<CircuitBreaker>,
    added: u64,
    /// When it was last asked for otherwise than through a lease.
    used: AtomicU64,
    /// Those of the threads that keep the key in their cache.
    leases: Mutex<Vec<Weak<KeyLease>>>,
}

/// A thread's lease of a key.
pub(crate) type KeyLease = Lease<Arc<Entry>>;

/// When a key was last used; among those of one age, the older key goes first.
pub(super) type LastUse = (u64, u64);

impl Entry {
    pub(super) fn new(family: u64, key: Arc<str>, breaker: Arc<CircuitBreaker>, added: u64) -> Self {
        Self { family, key, breaker, added, used: AtomicU64::new(added), leases: Mutex::default() }
    }

    /// Notes a use. Written once an age, not with every call.
    #[inline]
    pub(super) fn touch(&self, age: u64) {
        if self.used.load(Relaxed) != age {
            self.used.store(age, Relaxed);
        }
    }

    /// Returns when it was last used; `None` if it is in use.
    pub(super) fn idle_since(&self) -> Option<LastUse> {
        let leases = self.living_leases();
        if self.is_held(&leases) || leases.iter().any(|lease| lease.is_in_call()) {
            return None;
        }
        let used = leases.iter().map(|lease| lease.last_used()).max().unwrap_or(0);
        Some((used.max(self.used.load(Relaxed)), self.added))
    }

    /// Adds a thread's lease, which the thread's cache keeps with the breaker. Under the shard's lock, so that the key is not retired meanwhile.
    #[cfg_attr(not(feature = "macros"), expect(dead_code, reason = "only generated code comes through a cache"))]
    pub(super) fn lend(self: &Arc<Self>) -> (Arc<KeyLease>, Arc<CircuitBreaker>) {
        let lease = Arc::new(Lease::new(Arc::clone(self)));
        self.leases.lock().push(Arc::downgrade(&lease));
        (lease, Arc::clone(&self.breaker))
    }

    /// Whether somebody beside the family and the threads' caches holds the breaker: it can make calls with it at any time.
    fn is_held(&self, leases: &[Arc<KeyLease>]) -> bool {
        Arc::strong_count(&self.breaker) > 1 + leases.iter().filter(|lease| lease.is_kept()).count()
    }

    /// Sends all that come through a lease back to the map, unless the breaker is in use. Under the shard's lock for
    /// writing, so that no lease is added and nobody takes the breaker from the map.
    pub(super) fn retire_if_idle(&self) -> bool {
        let leases = self.living_leases();
        !self.is_held(&leases) && Lease::retire_if_idle(&leases)
    }

    /// As [`retire_if_idle`](Self::retire_if_idle), whoever uses it.
    pub(super) fn retire(&self) {
        self.living_leases().iter().for_each(|lease| lease.retire());
    }

    /// The breaker, unless somebody holds it.
    pub(super) fn into_breaker(self) -> Result<CircuitBreaker, Arc<Self>> {
        let Self { family, key, breaker, added, used, leases } = self;
        Arc::try_unwrap(breaker).map_err(|breaker| Arc::new(Self { family, key, breaker, added, used, leases }))
    }

    /// Collected, since one that ends takes the lock.
    fn living_leases(&self) -> Vec<Arc<KeyLease>> {
        self.leases.lock().iter().filter_map(Weak::upgrade).collect()
    }
}

impl Leased for Arc<Entry> {
    fn lease_ended(&self) {
        let mut leases = self.leases.lock();
        leases.retain(|lease| lease.strong_count() > 0);
        leases.shrink_to(4);
    }
}

#[cfg(feature = "macros")]
impl KeyLease {
    #[inline]
    pub(super) fn breaker(&self) -> &CircuitBreaker {
        &self.of().breaker
    }
}

// Sound for the same reason as for `CircuitBreaker`.
impl UnwindSafe for Entry {}
impl RefUnwindSafe for Entry {}
