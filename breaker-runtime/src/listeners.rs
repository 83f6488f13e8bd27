//! Who is told of transitions, and in which order.

use std::{
    collections::VecDeque,
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use crate::{sync::Mutex, trace, transition::Transition};

/// A callback for transitions.
pub(crate) type Listener = Arc<dyn Fn(&Transition) + Send + Sync>;

/// No more transitions than this wait for the listeners: the oldest are lost, and counted in the next.
const MOST_WAITING: usize = 1024;

/// Names a listener, to remove it again: see [`on_transition`](crate::CircuitBreaker::on_transition).
///
/// ```
/// use breaker_runtime::{CircuitBreaker, Config};
///
/// let breaker = CircuitBreaker::new("users", Config::default());
/// let listener = breaker.on_transition(|t| println!("{} is {}", t.name, t.to));
/// assert!(breaker.remove_listener(listener));
/// assert!(!breaker.remove_listener(listener)); // no longer there
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ListenerId(usize);

impl ListenerId {
    /// Returns an id that no other listener of the program has. Later ones are greater.
    pub(crate) fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        Self(NEXT.fetch_add(1, Relaxed))
    }
}

/// Transitions on their way to the listeners. It stands under the lock that orders the transitions, and is emptied
/// outside it.
#[derive(Default)]
pub(crate) struct Outbox {
    listeners: Vec<(ListenerId, Listener)>,
    waiting: VecDeque<Posted>,
    delivering: bool,
}

/// A transition, and who listened when it happened.
struct Posted {
    transition: Transition,
    listeners: Vec<Listener>,
    /// Removed listeners that nothing else holds: dropped after the delivery, without a lock.
    removed: Vec<Listener>,
}

impl Outbox {
    pub(crate) fn subscribe(&mut self, id: ListenerId, listener: Listener) {
        self.listeners.push((id, listener));
    }

    /// Returns the listener that was removed: its destructor is the user's code, so the caller drops it without a lock.
    #[must_use]
    pub(crate) fn unsubscribe(&mut self, id: ListenerId) -> Option<Listener> {
        let place = self.listeners.iter().position(|(known, _)| *known == id)?;
        Some(self.listeners.remove(place).1)
    }

    pub(crate) fn has_listeners(&self) -> bool {
        trace::hears_transitions() || !self.listeners.is_empty()
    }

    /// Lets a transition wait for its delivery.
    pub(crate) fn post(&mut self, transition: Transition) {
        // Those of now: who subscribes later does not hear of what happened before.
        let listeners = self.listeners.iter().map(|(_, listener)| Arc::clone(listener)).collect();
        self.waiting.push_back(Posted { transition, listeners, removed: Vec::new() });
        // The oldest goes, so that the present state is always heard of.
        if self.waiting.len() > MOST_WAITING {
            if let (Some(gone), Some(next)) = (self.waiting.pop_front(), self.waiting.front_mut()) {
                next.transition.lost += gone.transition.lost + 1;
                let held = gone.removed.into_iter().chain(gone.listeners);
                next.removed.extend(held.filter(|listener| Arc::strong_count(listener) == 1));
            }
        }
    }
}

/// Delivers what waits, in order and outside the lock.
///
/// One thread delivers at a time; what others post meanwhile, and what a listener itself brings about, is delivered by
/// that thread afterwards.
pub(crate) fn deliver<T>(owner: &Mutex<T>, outbox: impl Fn(&mut T) -> &mut Outbox) {
    let mut mine = false;
    loop {
        let posted = {
            let mut owner = owner.lock();
            let outbox = outbox(&mut owner);
            // Another thread delivers, and will find what was posted here.
            if outbox.delivering && !mine {
                return;
            }
            let posted = outbox.waiting.pop_front();
            outbox.delivering = posted.is_some();
            posted
        };
        let Some(Posted { transition, listeners, removed }) = posted else { return };
        mine = true;
        shielded(|| trace::transition(&transition));
        for listener in listeners {
            shielded(|| listener(&transition));
            // The last holder of a removed listener drops it: that is the user's code too.
            shielded(|| drop(listener));
        }
        for listener in removed {
            shielded(|| drop(listener));
        }
    }
}

/// Runs code that only observes: its panic is its own, and was reported by the panic hook.
fn shielded(f: impl FnOnce()) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(f)) {
        // The payload may panic when it is dropped, and so may the payload of that panic: there it ends.
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
            mem::forget(payload);
        }
    }
}
