//! The last good values, a bounded number of them.

use std::{
    any::{Any, TypeId},
    sync::Arc,
    time::Duration,
};

use quick_cache::sync::Cache;

use crate::clock::to_nanos;

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
    at: u64,
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

    pub(crate) fn put<T: Send + Sync + 'static>(&self, key: Key, value: T, now: u64) {
        self.kept.insert(key, Kept { value: Arc::new(value), at: now });
    }

    /// The value, if it is younger than the time to live.
    pub(crate) fn get<T: Clone + 'static>(&self, key: &Key, now: u64) -> Option<T> {
        let Kept { value, at } = self.kept.get(key)?;
        if now.saturating_sub(at) >= self.ttl {
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

    #[test]
    fn a_value_is_found_until_it_is_as_old_as_the_ttl() {
        let values = Values::new(Duration::from_nanos(10), 8);
        values.put(key::<u8>("a"), 1_u8, 100);
        assert_eq!((values.get(&key::<u8>("a"), 109), values.get::<u8>(&key::<u8>("a"), 110)), (Some(1_u8), None));
        values.put(key::<u8>("a"), 2_u8, 110);
        assert_eq!(values.get(&key::<u8>("a"), 119), Some(2_u8));
        assert_eq!(values.get::<u8>(&key::<u8>("b"), 110), None);
    }

    #[test]
    fn types_do_not_meet_under_one_key() {
        let values = Values::new(Duration::MAX, 8);
        values.put(key::<u8>("a"), 1_u8, 0);
        assert_eq!(values.get::<u16>(&key::<u16>("a"), 0), None);
    }

    #[test]
    fn no_more_values_are_kept_than_the_capacity_and_the_newest_is() {
        for capacity in [1, 2, 7, 100] {
            let values = Values::new(Duration::MAX, capacity);
            for n in 0..1_000_u32 {
                values.put(key::<u32>(&n.to_string()), n, 0);
                assert_eq!(values.get(&key::<u32>(&n.to_string()), 0), Some(n), "of {capacity}");
                assert!(values.kept.len() <= capacity);
            }
        }
    }
}
