//! The last good values, a bounded number of them.

use std::{
    any::{Any, TypeId},
    sync::Arc,
    time::Duration,
};

use quick_cache::sync::Cache;

use crate::clock::{Moment, to_nanos};

/// Values by key and type: the instantiations of a generic function do not meet.
pub(crate) struct Values {
    kept: Cache<Key, Kept>,
    ttl: u64,
}

#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    text: String,
    kind: TypeId,
}

/// A value, and when it was put here. Shared, so that it is cloned outside the cache's lock.
#[derive(Clone)]
struct Kept {
    value: Arc<dyn Any + Send + Sync>,
    at: Moment,
}

impl Key {
    pub(crate) fn of<T: 'static>(text: String) -> Self {
        Self { text, kind: TypeId::of::<T>() }
    }
}

impl Values {
    pub(crate) fn new(ttl: Duration, capacity: usize) -> Self {
        Self { kept: Cache::new(capacity.max(1)), ttl: to_nanos(ttl) }
    }

    pub(crate) fn put<T: Send + Sync + 'static>(&self, key: Key, value: T, now: Moment) {
        self.kept.insert(key, Kept { value: Arc::new(value), at: now });
    }

    pub(crate) fn remove(&self, key: &Key) {
        self.kept.remove(key);
    }

    /// The value, if it is younger than the time to live. How old one by another clock is, nobody knows: it is not served.
    pub(crate) fn get<T: Clone + 'static>(&self, key: &Key, now: impl FnOnce() -> Moment) -> Option<T> {
        let Kept { value, at } = self.kept.get(key)?;
        // The time is read after the value is found, so that one that was put meanwhile is not later than it.
        if now().since(&at)? >= self.ttl {
            return None;
        }
        value.downcast_ref().cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key<T: 'static>(text: &str) -> Key {
        Key::of::<T>(text.to_owned())
    }

    fn at(nanos: u64) -> Moment {
        Moment { clock: None, nanos }
    }

    #[test]
    fn a_value_is_found_until_it_is_as_old_as_the_ttl() {
        let values = Values::new(Duration::from_nanos(10), 8);
        let found = |text: &str, nanos| values.get::<u8>(&key::<u8>(text), || at(nanos));
        values.put(key::<u8>("a"), 1_u8, at(100));
        assert_eq!((found("a", 109), found("a", 110)), (Some(1), None));
        values.put(key::<u8>("a"), 2_u8, at(110));
        assert_eq!((found("a", 119), found("b", 110)), (Some(2), None));
    }

    #[test]
    fn types_do_not_meet_under_one_key() {
        let values = Values::new(Duration::MAX, 8);
        values.put(key::<u8>("a"), 1_u8, at(0));
        assert_eq!(values.get::<u16>(&key::<u16>("a"), || at(0)), None);
    }

    #[test]
    fn no_more_values_are_kept_than_the_capacity_and_the_newest_is() {
        for capacity in [1, 2, 7, 100] {
            let values = Values::new(Duration::MAX, capacity);
            for n in 0..1_000_u32 {
                values.put(key::<u32>(&n.to_string()), n, at(0));
                assert_eq!(values.get(&key::<u32>(&n.to_string()), || at(0)), Some(n), "of {capacity}");
                assert!(values.kept.len() <= capacity);
            }
        }
    }
}
