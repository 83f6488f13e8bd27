//! What others do with a key.

use std::sync::LazyLock;

use super::keys;

/// A get from a map of so many keys, with which nothing is guarded.
macro_rules! gets {
    ($($papaya:ident, $dashmap:ident: $count:literal;)*) => {
        $(
            pub(super) fn $papaya(key: &str) -> u64 {
                static MAP: LazyLock<papaya::HashMap<String, u64>> = LazyLock::new(|| {
                    let map = papaya::HashMap::new();
                    keys($count).into_iter().for_each(|key| {
                        let length = key.len() as u64;
                        map.pin().insert(key, length);
                    });
                    map
                });
                *MAP.pin().get(key).unwrap_or(&0)
            }

            pub(super) fn $dashmap(key: &str) -> u64 {
                static MAP: LazyLock<dashmap::DashMap<String, u64>> =
                    LazyLock::new(|| keys($count).into_iter().map(|key| (key.clone(), key.len() as u64)).collect());
                MAP.get(key).map_or(0, |found| *found)
            }
        )*
    };
}

gets! {
    papaya_1, dashmap_1: 1;
    papaya_100, dashmap_100: 100;
    papaya_10_000, dashmap_10_000: 10_000;
}
