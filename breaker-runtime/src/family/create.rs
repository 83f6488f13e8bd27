//! Makes the breakers of new keys, and room for them.

use std::{borrow::Cow, sync::Arc};

use crate::{breaker::CircuitBreaker, machine::Role};

use super::{CircuitBreakerFamily, Shared, entry::Entry, eviction};

impl CircuitBreakerFamily {
    /// Returns the breaker of this key, made now if there is none.
    #[inline]
    pub(super) fn breaker(&self, key: &str, hash: u64) -> Arc<CircuitBreaker> {
        let age = self.shards.age();
        let found = self.shards.get(key, hash, |entry| {
            entry.touch(age);
            Arc::clone(&entry.breaker)
        });
        found.unwrap_or_else(|| self.create(key, hash))
    }

    /// Makes the breaker of a new key. If there is no room for it, returns the one that guards nothing.
    #[cold]
    pub(super) fn create(&self, key: &str, hash: u64) -> Arc<CircuitBreaker> {
        let mut may_search = true;
        loop {
            {
                let mut shared = self.shared.lock();
                // Made meanwhile by another thread.
                if let Some(breaker) = self.shards.get(key, hash, |entry| Arc::clone(&entry.breaker)) {
                    return breaker;
                }
                if shared.len < shared.max_keys {
                    return self.add(&mut shared, key, hash);
                }
                if !may_search || shared.searches_to_skip > 0 {
                    shared.searches_to_skip = shared.searches_to_skip.saturating_sub(1);
                    return self.overflow_in(&mut shared);
                }
            }
            may_search = self.make_room();
        }
    }

    fn add(&self, shared: &mut Shared, key: &str, hash: u64) -> Arc<CircuitBreaker> {
        let key: Arc<str> = key.into();
        let breaker = self.build(shared, &written(&key), Role::Key);
        self.shards.add(Arc::clone(&key), hash, |age| Arc::new(Entry::new(self.id, key, Arc::clone(&breaker), age)));
        shared.len += 1;
        breaker
    }

    /// The one place that builds a breaker: a key's, and the one of the calls without a key of their own.
    fn build(&self, shared: &Shared, key: &str, role: Role) -> Arc<CircuitBreaker> {
        let name = format!("{}[{key}]", self.name);
        let (config, mode) = match &shared.overrides {
            Some(overrides) => overrides.of_key(&self.name, &name, &shared.config),
            None => (Arc::clone(&shared.config), None),
        };
        let breaker = CircuitBreaker::of_family(name.into(), config, shared.clock.clone(), role);
        breaker.begin_forced(mode);
        for (id, listener) in &shared.listeners {
            breaker.machine().subscribe(*id, Arc::clone(listener));
        }
        Arc::new(breaker)
    }

    fn overflow_in(&self, shared: &mut Shared) -> Arc<CircuitBreaker> {
        let overflow = shared.overflow.take().unwrap_or_else(|| self.build(shared, "*", Role::Unguarded));
        Arc::clone(shared.overflow.insert(overflow))
    }

    /// Evicts several keys at once, so that a search among all keys is paid for by several new ones. Returns whether another
    /// search may find more.
    fn make_room(&self) -> bool {
        let max_keys = self.shared.lock().max_keys;
        let candidates = eviction::choose(&self.shards, (max_keys / 16).max(1));
        let mut evicted = Vec::new();
        let mut shared = self.shared.lock();
        // Another thread has made room since, if the family is not full.
        if shared.len < shared.max_keys {
            return true;
        }
        for eviction::Candidate { entry, word } in candidates {
            let goes = |found: &Arc<Entry>| {
                Arc::ptr_eq(found, &entry) && entry.breaker.machine().is_as_judged(word) && entry.retire_if_idle()
            };
            evicted.extend(self.shards.take(&entry.key, goes));
        }
        shared.len -= evicted.len();
        if evicted.is_empty() {
            shared.searches_to_skip = shared.max_keys / 64;
        }
        let found = !evicted.is_empty();
        let dropped = shared.gone.add(evicted);
        drop(shared);
        drop(dropped);
        found
    }

    /// Takes a key out, whoever uses it.
    pub(super) fn take(&self, key: &str) -> bool {
        let mut shared = self.shared.lock();
        let retire = |entry: &Arc<Entry>| {
            entry.retire();
            true
        };
        let Some(entry) = self.shards.take(key, retire) else { return false };
        shared.len -= 1;
        shared.searches_to_skip = 0;
        let dropped = shared.gone.add(vec![entry]);
        drop(shared);
        drop(dropped);
        true
    }
}

/// A key as it stands in its breaker's name: `*` alone is the name of what found no room.
fn written(key: &str) -> Cow<'_, str> {
    if key.trim_start_matches('\\') == "*" { format!("\\{key}").into() } else { key.into() }
}

#[cfg(test)]
mod tests {
    use super::written;

    #[test]
    fn no_key_is_written_as_the_overflow_or_as_another_key() {
        let keys = ["*", "\\*", "\\\\*", "**", "\\", "", "a*", "*a"];
        let written = keys.map(|key| written(key).into_owned());
        assert_eq!(written, ["\\*", "\\\\*", "\\\\\\*", "**", "\\", "", "a*", "*a"]);
    }
}
