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
    /// Counted on a line of the thread that began the call.
    Cached(Arc<KeyLease>),
    Counted(Arc<CircuitBreaker>),
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
            Self::Cached(call) => call.0.lease().breaker(),
            Self::Counted(breaker) => breaker,
        }
    }
}

impl Deref for SendHold {
    type Target = CircuitBreaker;

    #[inline]
    fn deref(&self) -> &CircuitBreaker {
        match self {
            Self::Cached(lease) => lease.breaker(),
            Self::Counted(breaker) => breaker,
        }
    }
}

/// What the map has of a key that the thread's cache had not.
enum Found {
    /// To be kept in this way of the cache.
    Lent(usize, Arc<KeyLease>),
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
            Found::Lent(way, lease) => {
                let cached = thread_cache::keep(way, hash, lease);
                // Evicted meanwhile: it is made again.
                if !cached.lease().begin(age) {
                    return Hold::Counted(self.breaker(key, hash));
                }
                Hold::Cached(InCall(cached))
            }
            Found::Counted(breaker) => Hold::Counted(breaker),
        }
    }

    /// Holds the breaker of this key for a call that may end on another thread.
    pub(crate) fn hold_send(&self, key: &str) -> SendHold {
        let (hash, age) = (self.shards.hash(key), self.shards.age());
        // The clone first: who evicts the key sees that the lease is in use.
        let begin = |cached: &Rc<Cached>| Some(Arc::clone(cached.lease())).filter(|lease| lease.is_current(age));
        match thread_cache::find(self.id, key, hash, begin) {
            Some(lease) => SendHold::Cached(lease),
            None => self.hold_send_slow(key, hash, age),
        }
    }

    #[inline(never)]
    fn hold_send_slow(&self, key: &str, hash: u64, age: u64) -> SendHold {
        match self.look_up(key, hash, age) {
            Found::Lent(way, lease) => {
                thread_cache::keep(way, hash, Arc::clone(&lease));
                // Evicted meanwhile: it is made again.
                if lease.is_current(age) { SendHold::Cached(lease) } else { SendHold::Counted(self.breaker(key, hash)) }
            }
            Found::Counted(breaker) => SendHold::Counted(breaker),
        }
    }

    fn look_up(&self, key: &str, hash: u64, age: u64) -> Found {
        let way = thread_cache::room(hash);
        let found = self.shards.get(key, hash, |entry| {
            entry.touch(age);
            match way {
                Some(way) => Found::Lent(way, entry.lend()),
                None => Found::Counted(Arc::clone(&entry.breaker)),
            }
        });
        found.unwrap_or_else(|| Found::Counted(self.create(key, hash)))
    }
}
