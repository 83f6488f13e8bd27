//! The kept keys, in shards so that threads with different keys do not meet at one lock.

use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use crate::{breaker::CircuitBreaker, snapshot::Snapshot, state::State};

const SHARDS: usize = 8;

#[derive(Default)]
pub(super) struct Shards {
    shards: [Shard; SHARDS],
    /// The age: how many keys were ever added. A use is told by it, so that a key in steady use is written to once an
    /// age, not with every call. It decides who is evicted and publishes nothing, so relaxed access does.
    age: AtomicU64,
}

/// Two cache lines wide, since processors fetch lines in pairs.
///
/// The standard lock, since `parking_lot`'s readers back off from each other: two threads that ask for one key take
/// three times as long with it.
#[derive(Default)]
#[repr(align(128))]
struct Shard(RwLock<Keys>);

type Keys = HashMap<Arc<str>, Kept>;

impl Shard {
    #[inline]
    fn read(&self) -> RwLockReadGuard<'_, Keys> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every change is a single insertion or removal, so a panic leaves the map whole.
    fn write(&self) -> RwLockWriteGuard<'_, Keys> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Kept {
    breaker: Arc<CircuitBreaker>,
    added: u64,
    used: AtomicU64,
}

/// A key that may go.
struct Candidate {
    /// When it was last used; among those of one age, the older key goes first.
    age: (u64, u64),
    key: Arc<str>,
}

impl Shards {
    #[inline]
    pub(super) fn get(&self, key: &str) -> Option<Arc<CircuitBreaker>> {
        let shard = self.shard(key).read();
        let kept = shard.get(key)?;
        let age = self.age.load(Relaxed);
        if kept.used.load(Relaxed) != age {
            kept.used.store(age, Relaxed);
        }
        Some(Arc::clone(&kept.breaker))
    }

    #[inline]
    fn shard(&self, key: &str) -> &Shard {
        // FNV-1a. The maps have their own hash against keys that are chosen to collide; here it costs speed at most.
        let hash = key.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        &self.shards[(hash >> 16) as usize % SHARDS]
    }

    pub(super) fn add(&self, key: Arc<str>, breaker: Arc<CircuitBreaker>) {
        let added = self.age.fetch_add(1, Relaxed);
        self.shard(&key).write().insert(Arc::clone(&key), Kept { breaker, added, used: AtomicU64::new(added) });
    }

    pub(super) fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.read().len()).sum()
    }

    pub(super) fn all(&self) -> Vec<(Arc<str>, Arc<CircuitBreaker>)> {
        let mut all = Vec::new();
        for shard in &self.shards {
            let shard = shard.read();
            all.extend(shard.iter().map(|(key, kept)| (Arc::clone(key), Arc::clone(&kept.breaker))));
        }
        all
    }

    pub(super) fn each(&self, mut visit: impl FnMut(&CircuitBreaker)) {
        for shard in &self.shards {
            shard.read().values().for_each(|kept| visit(&kept.breaker));
        }
    }

    /// Takes up to `most` idle closed breakers out, with their last figures: those without failures, and only if there
    /// are none, others.
    pub(super) fn evict(&self, most: usize) -> Vec<(Arc<CircuitBreaker>, Snapshot)> {
        let mut candidates = self.candidates();
        candidates.sort_unstable_by_key(|candidate| candidate.age);
        let take = |goes: fn(&Snapshot) -> bool| -> Vec<_> {
            candidates.iter().filter_map(|candidate| self.take(&candidate.key, goes)).take(most).collect()
        };
        let without_failures = take(|seen| seen.consecutive_failures == 0 && seen.window_failures == 0);
        if without_failures.is_empty() { take(|_| true) } else { without_failures }
    }

    fn candidates(&self) -> Vec<Candidate> {
        let mut candidates = Vec::new();
        for shard in &self.shards {
            let shard = shard.read();
            let idle = shard
                .iter()
                .filter(|(_, kept)| Arc::strong_count(&kept.breaker) == 1 && kept.breaker.state() == State::Closed);
            candidates.extend(
                idle.map(|(key, kept)| Candidate { age: (kept.used.load(Relaxed), kept.added), key: Arc::clone(key) }),
            );
        }
        candidates
    }

    /// Takes this key out if its breaker is closed, held by nobody else (not weakly either, so that none can come back
    /// to it), and `goes`.
    fn take(&self, key: &str, goes: fn(&Snapshot) -> bool) -> Option<(Arc<CircuitBreaker>, Snapshot)> {
        let mut shard = self.shard(key).write();
        let seen = Arc::get_mut(&mut shard.get_mut(key)?.breaker)?.snapshot();
        if seen.state != State::Closed || !goes(&seen) {
            return None;
        }
        shard.remove(key).map(|kept| (kept.breaker, seen))
    }
}
