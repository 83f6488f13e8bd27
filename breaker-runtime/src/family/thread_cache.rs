//! The keys that a thread used last, so that it finds them without a lock.
//!
//! A set has as many ways as stand on one cache line. A thread that uses more keys than there are ways would replace one at each
//! miss and gain nothing, so a miss fills a way that is free, and replaces one only now and then.

use std::{cell::RefCell, rc::Rc, sync::Arc};

use crate::breaker::CircuitBreaker;

use super::entry::KeyLease;

const SETS: usize = 64;
const WAYS: usize = 4;
/// Of so many misses that find no way free, one replaces another key.
const MISSES_A_REPLACEMENT: usize = 64;

thread_local! {
    static CACHE: RefCell<Cache> = const { RefCell::new(Cache { sets: Vec::new(), misses: 0 }) };
}

/// Without sets until the thread's first use of a key.
struct Cache {
    sets: Vec<Set>,
    misses: usize,
}

#[derive(Default)]
#[repr(align(64))]
struct Set([Way; WAYS]);

#[derive(Default)]
struct Way {
    hash: u64,
    cached: Option<Rc<Cached>>,
}

/// A key in the cache of its thread. A sync call holds it by a count that no other thread sees.
#[derive(Debug)]
pub(crate) struct Cached {
    family: u64,
    text: Text,
    breaker: Arc<CircuitBreaker>,
    lease: Arc<KeyLease>,
    /// For the futures that begin here: one that gets its hold from here, and gives it back here, counts nothing.
    spare: RefCell<Vec<Arc<KeyLease>>>,
}

/// More are not kept for futures.
const SPARE: usize = 8;

/// The key's text, beside the rest if it is short: a cache line less to be read.
#[derive(Debug)]
enum Text {
    Short { length: u8, bytes: [u8; SHORT] },
    Long(Arc<str>),
}

const SHORT: usize = 30;

impl Text {
    fn new(key: &Arc<str>) -> Self {
        let mut bytes = [0; SHORT];
        match bytes.get_mut(..key.len()) {
            Some(room) => {
                room.copy_from_slice(key.as_bytes());
                Self::Short { length: key.len() as u8, bytes }
            }
            None => Self::Long(Arc::clone(key)),
        }
    }

    #[inline]
    fn is(&self, key: &str) -> bool {
        match self {
            Self::Short { length, bytes } => bytes.get(..usize::from(*length)) == Some(key.as_bytes()),
            Self::Long(text) => **text == *key,
        }
    }
}

impl Cached {
    #[inline]
    pub(super) fn lease(&self) -> &KeyLease {
        &self.lease
    }

    #[inline]
    pub(super) fn breaker(&self) -> &CircuitBreaker {
        &self.breaker
    }

    /// Hands the lease to a future; `None` if the key was evicted.
    #[inline]
    pub(super) fn take(&self, age: u64) -> Option<Arc<KeyLease>> {
        let mut spare = self.spare.borrow_mut();
        let lease = match spare.len() {
            0 => Arc::clone(&self.lease),
            left => {
                self.lease.set_kept(left);
                spare.pop()?
            }
        };
        lease.is_current(age).then_some(lease)
    }

    /// Takes a lease back. Returns it if there are enough.
    #[inline]
    fn give_back(&self, lease: Arc<KeyLease>) -> Option<Arc<KeyLease>> {
        let mut spare = self.spare.borrow_mut();
        if spare.len() == SPARE {
            return Some(lease);
        }
        spare.push(lease);
        self.lease.set_kept(1 + spare.len());
        None
    }
}

impl Drop for Cached {
    fn drop(&mut self) {
        self.lease.set_kept(0);
    }
}

/// Takes back what a future held, on whichever thread it ends.
#[inline]
pub(super) fn give_back(lease: Arc<KeyLease>) {
    let place = lease.place();
    let mut lease = Some(lease);
    let _ = CACHE.try_with(|cache| {
        let cache = cache.try_borrow().ok()?;
        let (set, way) = (place as usize / WAYS, place as usize % WAYS);
        let cached = cache.sets.get(set)?.0.get(way)?.cached.as_ref()?;
        if lease.as_ref().is_some_and(|lease| Arc::ptr_eq(lease, &cached.lease)) {
            lease = cached.give_back(lease.take()?);
        }
        Some(())
    });
    // Without the borrow: see `keep`.
    drop(lease);
}

/// Returns what the cache has of this key, as `take` makes it.
#[inline]
pub(super) fn find<T>(family: u64, key: &str, hash: u64, take: impl FnOnce(&Rc<Cached>) -> Option<T>) -> Option<T> {
    // Without a cache: the thread is ending, and its other destructors make calls.
    CACHE
        .try_with(|cache| {
            let cache = cache.try_borrow().ok()?;
            let set = cache.sets.get(set_of(hash))?;
            let is_it = |cached: &&Rc<Cached>| cached.family == family && cached.text.is(key);
            let same_hash = set.0.iter().filter(|way| way.hash == hash);
            take(same_hash.filter_map(|way| way.cached.as_ref()).find(is_it)?)
        })
        .ok()
        .flatten()
}

/// Returns the way that a key which was not found may have; `None` if it had better not be kept. A way whose lease is
/// retired is free.
pub(super) fn room(hash: u64) -> Option<usize> {
    CACHE
        .try_with(|cache| {
            let mut cache = cache.try_borrow_mut().ok()?;
            let Some(set) = cache.sets.get(set_of(hash)) else { return Some(0) };
            let is_free = |way: &Way| way.cached.as_ref().is_none_or(|cached| cached.lease.is_retired());
            if let Some(free) = set.0.iter().position(is_free) {
                return Some(free);
            }
            cache.misses = cache.misses.wrapping_add(1);
            (cache.misses % MISSES_A_REPLACEMENT == 0).then_some(cache.misses / MISSES_A_REPLACEMENT % WAYS)
        })
        .ok()
        .flatten()
}

/// Puts a lease into the cache, with its breaker.
pub(super) fn keep(way: usize, hash: u64, lease: Arc<KeyLease>, breaker: Arc<CircuitBreaker>) -> Rc<Cached> {
    lease.set_place((set_of(hash) * WAYS + way) as u64);
    let (family, text) = (lease.of().family, Text::new(&lease.of().key));
    let cached = Rc::new(Cached { family, text, breaker, lease, spare: RefCell::default() });
    let replaced = CACHE.try_with(|cache| {
        let mut cache = cache.try_borrow_mut().ok()?;
        if cache.sets.is_empty() {
            cache.sets.resize_with(SETS, Set::default);
        }
        let way = cache.sets.get_mut(set_of(hash))?.0.get_mut(way)?;
        way.hash = hash;
        way.cached.replace(Rc::clone(&cached))
    });
    // Without the borrow: the last holder of a breaker drops its listeners, which is the user's code.
    drop(replaced);
    cached
}

#[inline]
fn set_of(hash: u64) -> usize {
    hash as usize % SETS
}
