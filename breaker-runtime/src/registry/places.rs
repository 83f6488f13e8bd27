//! What annotated functions keep in a registry of a test's own.

use std::{any::Any, collections::HashMap, ptr};

use parking_lot::Mutex;

/// Places that stand in for those in the statics of annotated functions, by the address of the static.
#[derive(Default)]
pub(super) struct Places(Mutex<HashMap<usize, &'static (dyn Any + Send + Sync)>>);

impl Places {
    /// Returns the place that stands in for that of `owner`, an empty one at first. It lives as long as the registry: it is
    /// leaked.
    pub(super) fn get<O, P: Any + Default + Send + Sync>(&self, owner: &'static O) -> Option<&'static P> {
        let mut places = self.0.lock();
        let place: &dyn Any =
            *places.entry(ptr::from_ref(owner).addr()).or_insert_with(|| Box::leak(Box::<P>::default()));
        place.downcast_ref()
    }
}
