//! How a call of generated code holds its key's breaker.

use std::{ops::Deref, rc::Rc, sync::Arc};

use crate::breaker::CircuitBreaker;

use super::{CircuitBreakerFamily, entry::KeyLease, thread_cache, thread_cache::Cached};

/// The breaker of a call that begins and ends on one thread. Until it is dropped, the key is not evicted.
#[derive(Debug)]
pub(crate) enum Hold {
    /// Found in the thread's cache, and held by counts that no other thread writes to.
    Cached(InCall),
    Counted(Arc<CircuitBreaker>),
}

/// The breaker of a call that may end on another thread.
#[derive(Debug)]
pub(crate) enum SendHold {
    /// From the cache of the thread that began the call.
    Cached(Lent),
    Counted(Arc<CircuitBreaker>),
}

/// A lease that goes back to the cache that it came from, if the call ends on its thread. Always there until then.
#[derive(Debug)]
pub(crate) struct Lent(Option<Arc<KeyLease>>);

impl Drop for Lent {
    #[inline]
    fn drop(&mut self) {
        if let Some(lease) = self.0.take() {
            thread_cache::give_back(lease);
        }
    }
}

/// A call in flight, as its lease says.
#[derive(Debug)]
pub(crate) struct InCall(Rc<Cached>);

impl Drop for InCall {
    #[inline]
    fn drop(&mut self) {
        self.0.lease().end();
    }
}

impl Deref for Hold {
    type Target = CircuitBreaker;

    #[inline]
    fn deref(&self) -> &CircuitBreaker {
        match self {
            Self::Cached(call) => call.0.breaker(),
            Self::Counted(breaker) => breaker,
        }
    }
}

impl Deref for SendHold {
    type Target = CircuitBreaker;

    #[inline]
    fn deref(&self) -> &CircuitBreaker {
        match self {
            Self::Cached(Lent(Some(lease))) => lease.breaker(),
            Self::Cached(Lent(None)) => unreachable!("only its drop takes the lease out"),
            Self::Counted(breaker) => breaker,
        }
    }
}

/// What the map has of a key that the thread's cache had not.
enum Found {
    /// Kept in the thread's cache from now on.
    Kept(Rc<Cached>),
    Counted(Arc<CircuitBreaker>),
}

impl CircuitBreakerFamily {
    /// Holds the breaker of this key for a call that ends on this thread.
    pub(crate) fn hold(&self, key: &str) -> Hold {
        let (hash, age) = (self.shards.hash(key), self.shards.age());
        let begin = |cached: &Rc<Cached>| cached.lease().begin(age).then(|| Rc::clone(cached));
        match thread_cache::find(self.id, key, hash, begin) {
            Some(cached) => Hold::Cached(InCall(cached)),
            None => self.hold_slow(key, hash, age),
        }
    }

    #[inline(never)]
    fn hold_slow(&self, key: &str, hash: u64, age: u64) -> Hold {
        match self.look_up(key, hash, age) {
            Found::Kept(cached) if cached.lease().begin(age) => Hold::Cached(InCall(cached)),
            // Evicted meanwhile: it is made again.
            Found::Kept(_) => Hold::Counted(self.breaker(key, hash)),
            Found::Counted(breaker) => Hold::Counted(breaker),
        }
    }

    /// Holds the breaker of this key for a call that may end on another thread.
    pub(crate) fn hold_send(&self, key: &str) -> SendHold {
        let (hash, age) = (self.shards.hash(key), self.shards.age());
        match thread_cache::find(self.id, key, hash, |cached| cached.take(age)) {
            Some(lease) => SendHold::Cached(Lent(Some(lease))),
            None => self.hold_send_slow(key, hash, age),
        }
    }

    #[inline(never)]
    fn hold_send_slow(&self, key: &str, hash: u64, age: u64) -> SendHold {
        match self.look_up(key, hash, age) {
            Found::Kept(cached) => match cached.take(age) {
                Some(lease) => SendHold::Cached(Lent(Some(lease))),
                // Evicted meanwhile: it is made again.
                None => SendHold::Counted(self.breaker(key, hash)),
            },
            Found::Counted(breaker) => SendHold::Counted(breaker),
        }
    }

    fn look_up(&self, key: &str, hash: u64, age: u64) -> Found {
        let way = thread_cache::room(hash);
        let found = self.shards.get(key, hash, |entry| {
            entry.touch(age);
            match way {
                Some(way) => Ok((way, entry.lend())),
                None => Err(Arc::clone(&entry.breaker)),
            }
        });
        match found {
            // Without the shard's lock: what it replaces may be the last holder of another breaker.
            Some(Ok((way, (lease, breaker)))) => Found::Kept(thread_cache::keep(way, hash, lease, breaker)),
            Some(Err(breaker)) => Found::Counted(breaker),
            None => Found::Counted(self.create(key, hash)),
        }
    }
}
