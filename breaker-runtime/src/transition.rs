//! A change of state, as a listener gets it.

use std::time::SystemTime;

use crate::{name::Name, reason::Reason, snapshot::Snapshot, state::State};

/// A change of state, as a listener gets it: see [`on_transition`](crate::CircuitBreaker::on_transition).
///
/// ```
/// use std::sync::{Arc, Mutex};
/// use breaker_runtime::{CircuitBreaker, Config, Reason, State};
///
/// let breaker = CircuitBreaker::new("users", Config::default());
/// let seen = Arc::new(Mutex::new(Vec::new()));
/// let log = Arc::clone(&seen);
/// breaker.on_transition(move |t| log.lock().unwrap().push((t.from, t.to, t.reason)));
/// breaker.trip();
/// assert_eq!(*seen.lock().unwrap(), [(State::Closed, State::Open, Reason::Manual)]);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Transition {
    /// The breaker's name.
    pub name: Name,
    /// The state that was left.
    pub from: State,
    /// The state that was entered. The same as `from` only for [`Reason::WouldOpen`].
    pub to: State,
    /// The time of day, by the breaker's clock.
    pub at: SystemTime,
    /// Why.
    pub reason: Reason,
    /// How many transitions before this one were not delivered, because too many waited for slow listeners.
    pub lost: u64,
    /// The figures that led to it, taken before the counts were cleared.
    pub snapshot: Snapshot,
}
