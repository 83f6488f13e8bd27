//! What wakes the fleet's thread. Everything here is bounded, and nothing waits for that thread.

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering::AcqRel, Ordering::Acquire, Ordering::Release},
    },
    thread::Thread,
};

use parking_lot::{Mutex, RwLock};

use crate::{
    fleet::{engine::Heard, error::FleetError, node::Key, order::Order},
    name::Name,
    reason::Reason,
    state::State,
    transition::Transition,
};

/// More messages than this do not wait: a poll repairs what is lost.
const MAX_HEARD: usize = 1024;
/// More orders than this do not wait.
const MAX_ORDERS: usize = 256;

#[derive(Default)]
pub(crate) struct Inbox {
    thread: OnceLock<Thread>,
    stop: AtomicBool,
    /// A breaker that is not known has changed its state.
    unknown: AtomicBool,
    flags: RwLock<HashMap<Name, Arc<Flag>>>,
    /// With the number of the session that heard it.
    heard: Mutex<VecDeque<(u64, Heard)>>,
    orders: Mutex<Vec<Order>>,
}

/// News of one breaker: however much happens to it, it is one flag and one wake-up.
#[derive(Debug)]
pub(crate) struct Flag {
    pub(crate) key: Key,
    changed: AtomicBool,
    /// Whether the last change was that its probes closed it.
    recovered: AtomicBool,
}

impl Flag {
    pub(crate) fn new(key: Key) -> Self {
        Self { key, changed: AtomicBool::new(false), recovered: AtomicBool::new(false) }
    }

    pub(crate) fn recovered(&self) -> bool {
        self.recovered.load(Acquire)
    }
}

impl Inbox {
    pub(crate) fn is_read_by(&self, thread: Thread) {
        // It is set once, by the thread itself.
        let _ = self.thread.set(thread);
    }

    pub(crate) fn wake(&self) {
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }

    /// Runs on the thread of a call that changed a state.
    pub(crate) fn transition(&self, transition: &Transition) {
        let first = match self.flags.read().get(&transition.name) {
            Some(flag) => {
                flag.recovered.store(transition.reason == Reason::ProbesSucceeded, Release);
                transition.from != transition.to && !flag.changed.swap(true, AcqRel)
            }
            // A breaker that was made after the last look.
            None => transition.to == State::Open && !self.unknown.swap(true, AcqRel),
        };
        if first {
            self.wake();
        }
    }

    pub(crate) fn watch(&self, name: Name, flag: Arc<Flag>) {
        self.flags.write().insert(name, flag);
    }

    pub(crate) fn forget(&self, name: &str) {
        self.flags.write().remove(name);
    }

    pub(crate) fn has_unknown(&self) -> bool {
        self.unknown.swap(false, AcqRel)
    }

    /// The breakers that changed.
    pub(crate) fn changed(&self) -> Vec<Key> {
        let flags = self.flags.read();
        let changed = flags.values().filter(|flag| flag.changed.load(Acquire) && flag.changed.swap(false, AcqRel));
        changed.map(|flag| Key::clone(&flag.key)).collect()
    }

    pub(crate) fn hear(&self, session: u64, heard: Heard) {
        {
            let mut queue = self.heard.lock();
            if queue.len() >= MAX_HEARD && heard != Heard::Lost {
                return;
            }
            queue.push_back((session, heard));
        }
        self.wake();
    }

    pub(crate) fn next_heard(&self) -> Option<(u64, Heard)> {
        self.heard.lock().pop_front()
    }

    pub(crate) fn order(&self, order: Order) {
        if self.is_stopped() {
            return order.fail(FleetError::Ended);
        }
        let refused = {
            let mut orders = self.orders.lock();
            if orders.len() < MAX_ORDERS {
                orders.push(order);
                None
            } else {
                Some(order)
            }
        };
        match refused {
            Some(order) => order.fail(FleetError::TimedOut),
            None => self.wake(),
        }
    }

    pub(crate) fn orders(&self) -> Vec<Order> {
        std::mem::take(&mut *self.orders.lock())
    }

    pub(crate) fn stop(&self) {
        self.stop.store(true, Release);
        self.wake();
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.load(Acquire)
    }
}
