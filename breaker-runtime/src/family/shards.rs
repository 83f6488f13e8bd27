//! The kept keys, in shards so that threads with different keys do not meet at one lock.

use std::{
    collections::HashMap,
    hash::BuildHasher,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, atomic::Ordering::Relaxed},
};

use foldhash::fast::RandomState;

use crate::sync::plain::AtomicU64;

use super::entry::Entry;

const SHARDS: usize = 64;

pub(super) struct Shards {
    /// Seeded, so that keys that are chosen to collide in one program do not in another. How bad it can get is bounded by
    /// the number of keys that are kept.
    hasher: RandomState,
    shards: Box<[Shard]>,
    age: AddedKeys,
}

/// How many keys were ever added: the time by which it is told when a key was last used. It decides who is evicted and
/// publishes nothing, so relaxed access does. On cache lines of its own, since every call reads it and every new key writes it.
#[derive(Default)]
#[repr(align(128))]
struct AddedKeys(AtomicU64);

/// Two cache lines wide, since processors fetch lines in pairs.
///
/// The standard lock, since `parking_lot`'s readers back off from each other: two threads that ask for one key take
/// three times as long with it.
#[derive(Default)]
#[repr(align(128))]
struct Shard(RwLock<Keys>);

type Keys = HashMap<Arc<str>, Arc<Entry>, RandomState>;

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

impl Shards {
    pub(super) fn new() -> Self {
        let hasher = RandomState::default();
        let shards = (0..SHARDS).map(|_| Shard(RwLock::new(HashMap::with_hasher(hasher.clone()))));
        Self { shards: shards.collect(), hasher, age: AddedKeys::default() }
    }

    #[inline]
    pub(super) fn hash(&self, key: &str) -> u64 {
        self.hasher.hash_one(key)
    }

    #[inline]
    pub(super) fn age(&self) -> u64 {
        self.age.0.load(Relaxed)
    }

    /// Looks at a key's entry, under its shard's lock.
    #[inline]
    pub(super) fn get<T>(&self, key: &str, hash: u64, look: impl FnOnce(&Arc<Entry>) -> T) -> Option<T> {
        self.shard(hash).read().get(key).map(look)
    }

    #[inline]
    fn shard(&self, hash: u64) -> &Shard {
        // Not the bits by which a map and a thread's cache find a place.
        &self.shards[(hash >> 40) as usize % SHARDS]
    }

    /// Adds a key. `make` is told its age.
    pub(super) fn add(&self, key: Arc<str>, hash: u64, make: impl FnOnce(u64) -> Arc<Entry>) {
        let entry = make(self.age.0.fetch_add(1, Relaxed));
        self.shard(hash).write().insert(key, entry);
    }

    /// Takes a key out, if `goes` says so of its entry.
    pub(super) fn take(&self, key: &str, goes: impl FnOnce(&Arc<Entry>) -> bool) -> Option<Arc<Entry>> {
        let mut shard = self.shard(self.hash(key)).write();
        if goes(shard.get(key)?) { shard.remove(key) } else { None }
    }

    pub(super) fn each(&self, mut visit: impl FnMut(&Arc<Entry>)) {
        for shard in &self.shards {
            shard.read().values().for_each(&mut visit);
        }
    }
}
