//! Who is told of transitions, and in which order.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use crate::{sync::Mutex, trace, transition::Transition};

/// A callback for transitions.
pub(crate) type Listener = Arc<dyn Fn(&Transition) + Send + Sync>;

/// Transitions on their way to the listeners. It stands under the lock that orders the transitions, and is emptied
/// outside it.
#[derive(Default)]
pub(crate) struct Outbox {
    listeners: Vec<Listener>,
    waiting: VecDeque<Transition>,
    delivering: bool,
}

impl Outbox {
    pub(crate) fn subscribe(&mut self, listener: Listener) {
        self.listeners.push(listener);
    }

    pub(crate) fn has_listeners(&self) -> bool {
        trace::hears_transitions() || !self.listeners.is_empty()
    }

    pub(crate) fn post(&mut self, transition: Transition) {
        self.waiting.push_back(transition);
    }
}

/// Delivers what waits, in order and outside the lock.
///
/// One thread delivers at a time; what others post meanwhile, and what a listener itself brings about, is delivered by
/// that thread afterwards.
pub(crate) fn deliver<T>(owner: &Mutex<T>, outbox: impl Fn(&mut T) -> &mut Outbox) {
    let mut mine = false;
    loop {
        let (transition, listeners) = {
            let mut owner = owner.lock();
            let outbox = outbox(&mut owner);
            if outbox.delivering && !mine {
                return;
            }
            let Some(transition) = outbox.waiting.pop_front() else {
                outbox.delivering = false;
                return;
            };
            outbox.delivering = true;
            mine = true;
            (transition, outbox.listeners.clone())
        };
        // A listener only observes: its panic is its own, and was reported by the panic hook.
        let _ = catch_unwind(AssertUnwindSafe(|| trace::transition(&transition)));
        for listener in listeners {
            let _ = catch_unwind(AssertUnwindSafe(|| listener(&transition)));
        }
    }
}
