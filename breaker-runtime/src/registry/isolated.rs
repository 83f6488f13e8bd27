//! Registries of tests: which one a thread is in.

#[cfg(feature = "macros")]
use std::any::Any;
use std::{
    cell::RefCell,
    marker::PhantomData,
    ptr,
    sync::{Arc, MutexGuard},
    thread,
};

use crate::clock::Clock;

use super::face::Registry;

thread_local! {
    /// Those that this thread is in, the innermost last.
    static ENTERED: RefCell<Vec<&'static Registry>> = const { RefCell::new(Vec::new()) };
}

/// Returns the registry that this thread is in; `None` is that of the program.
pub(crate) fn innermost() -> Option<&'static Registry> {
    // A thread that ends, and has dropped its list, is in none.
    ENTERED.try_with(|entered| entered.borrow().last().copied()).ok().flatten()
}

/// Makes a registry of a test's own. It is leaked, since what it lends lives as long as the program.
pub(crate) fn leaked(clock: impl Clock) -> &'static Registry {
    Box::leak(Box::new(Registry::new(Some(Arc::new(clock)))))
}

/// Returns the place that stands in for a static's own while this thread is in a registry of a test's own.
#[cfg(feature = "macros")]
pub(crate) fn stand_in<O, P: Any + Default + Send + Sync>(owner: &'static O) -> Option<&'static P> {
    innermost()?.places.get(owner)
}

/// A stay in a registry, on this thread.
pub(crate) struct Entered {
    registry: &'static Registry,
    /// It must be dropped where it was made.
    on_this_thread: PhantomData<MutexGuard<'static, ()>>,
}

/// Enters a registry, until the guard is dropped.
pub(crate) fn enter(registry: &'static Registry) -> Entered {
    ENTERED.with(|entered| entered.borrow_mut().push(registry));
    Entered { registry, on_this_thread: PhantomData }
}

impl Drop for Entered {
    fn drop(&mut self) {
        let left = ENTERED.try_with(|entered| {
            let mut entered = entered.borrow_mut();
            let place = entered.iter().rposition(|registry| ptr::eq(*registry, self.registry));
            let is_innermost = place.is_some_and(|place| place + 1 == entered.len());
            if let Some(place) = place {
                entered.remove(place);
            }
            is_innermost
        });
        // A thread that ends drops its list first, and a second panic would end the program.
        assert!(
            left.unwrap_or(true) || thread::panicking(),
            "isolated scopes were dropped out of order: the one that was made last goes first",
        );
    }
}
