//! Who is told of the transitions of every breaker.

use std::sync::Arc;

use crate::{listeners::ListenerId, transition::Transition};

use super::face::Registry;

impl Registry {
    /// Tells `listener` of every transition of every breaker in the registry, keyed and [registered](Self::register)
    /// ones included, also of those still to be made. For the rest it is as [`CircuitBreaker::on_transition`](crate::CircuitBreaker::on_transition) says.
    ///
    /// ```
    /// use std::sync::mpsc;
    /// use breaker_runtime::{Config, registry};
    ///
    /// let (log, seen) = mpsc::channel();
    /// registry().on_transition(move |t| log.send(format!("{}: {} -> {}", t.name, t.from, t.to)).unwrap());
    /// registry().get_or_create("users", Config::default()).trip();
    /// assert_eq!(seen.recv().unwrap(), "users: closed -> open");
    /// ```
    pub fn on_transition(&self, listener: impl Fn(&Transition) + Send + Sync + 'static) -> ListenerId {
        let id = ListenerId::new();
        let _registered = self.contents.lock().subscribe(id, Arc::new(listener));
        id
    }

    /// Removes a listener of the registry's own. Returns whether it was there. A transition that happened before may still
    /// reach it.
    ///
    /// ```
    /// use breaker_runtime::{Config, registry};
    ///
    /// let listener = registry().on_transition(|_| unreachable!());
    /// assert!(registry().remove_listener(listener));
    /// registry().get_or_create("users", Config::default()).trip();
    /// ```
    pub fn remove_listener(&self, listener: ListenerId) -> bool {
        let (removed, breakers, families, registered) = {
            let mut contents = self.contents.lock();
            let removed = contents.unsubscribe(listener);
            (removed, contents.breakers.values(), contents.families.values(), contents.registered.living())
        };
        // Without the lock: a listener's destructor is the user's code.
        for breaker in breakers.into_iter().chain(registered.iter().map(|breaker| &**breaker)) {
            breaker.machine().unsubscribe(listener);
        }
        for family in families {
            family.unsubscribe(listener);
        }
        removed.is_some()
    }

    /// Returns the last 64 transitions of every breaker in the registry, the oldest first: what happened lately, without a
    /// listener of your own.
    ///
    /// ```
    /// use breaker_runtime::{Config, State, registry};
    ///
    /// let users = registry().get_or_create("users", Config::default());
    /// users.trip();
    /// users.reset();
    /// let states: Vec<_> = registry().recent().iter().map(|t| (t.name.to_string(), t.to)).collect();
    /// assert_eq!(states, [("users".to_owned(), State::Open), ("users".to_owned(), State::Closed)]);
    /// ```
    #[must_use]
    pub fn recent(&self) -> Vec<Transition> {
        self.recent.all()
    }
}
