//! The keys that a thread used last, so that it finds them without a lock.
//!
//! A set has as many ways as stand on one line. A thread that uses more keys than there are ways would replace one at each
//! miss and gain nothing, so a miss fills a way that is free, and replaces one only now and then.

use std::{cell::RefCell, rc::Rc, sync::Arc};

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

/// A lease in the cache of its thread. A sync call holds it by a count that no other thread sees.
#[derive(Debug)]
pub(crate) struct Cached(Arc<KeyLease>);

impl Cached {
    #[inline]
    pub(super) fn lease(&self) -> &Arc<KeyLease> {
        &self.0
    }
}

impl Drop for Cached {
    fn drop(&mut self) {
        self.0.leave_cache();
    }
}

/// Returns what the cache has of this key, as `take` makes it.
#[inline]
pub(super) fn find<T>(family: u64, key: &str, hash: u64, take: impl FnOnce(&Rc<Cached>) -> Option<T>) -> Option<T> {
    // Without a cache: the thread is ending, and its other destructors make calls.
    CACHE
        .try_with(|cache| {
            let cache = cache.try_borrow().ok()?;
            let set = cache.sets.get(set_of(hash))?;
            let is_it = |cached: &&Rc<Cached>| cached.0.is_of(family, key);
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
            let is_free = |way: &Way| way.cached.as_ref().is_none_or(|cached| cached.0.is_retired());
            if let Some(free) = set.0.iter().position(is_free) {
                return Some(free);
            }
            cache.misses = cache.misses.wrapping_add(1);
            (cache.misses % MISSES_A_REPLACEMENT == 0).then_some(cache.misses / MISSES_A_REPLACEMENT % WAYS)
        })
        .ok()
        .flatten()
}

/// Puts a lease into the cache.
pub(super) fn keep(way: usize, hash: u64, lease: Arc<KeyLease>) -> Rc<Cached> {
    let cached = Rc::new(Cached(lease));
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
