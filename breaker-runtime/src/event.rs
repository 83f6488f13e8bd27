//! Transitions, and those who listen to them.

use std::{
    collections::VecDeque,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::SystemTime,
};

use crate::{Name, Snapshot, State, sync::Mutex, trace};

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
    /// The figures that led to it, taken before the counts were cleared.
    pub snapshot: Snapshot,
}

/// Why a breaker changed its state.
///
/// ```
/// use breaker_runtime::{CircuitBreaker, Config, Reason};
///
/// let breaker = CircuitBreaker::new("users", Config::builder().failure_threshold(1).build()?);
/// breaker.on_transition(|t| match t.reason {
///     Reason::Manual => println!("{}: somebody made it {}", t.name, t.to),
///     Reason::WouldOpen => println!("{}: would have opened", t.name),
///     reason => println!("{}: {} -> {} ({reason})", t.name, t.from, t.to),
/// });
/// let _ = breaker.call(|| Err::<(), _>("down")); // users: closed -> open (failure threshold reached)
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// [`failure_threshold`](crate::ConfigBuilder::failure_threshold) calls in a row failed.
    ConsecutiveFailures,
    /// The share of failures in the window reached [`failure_rate`](crate::ConfigBuilder::failure_rate).
    FailureRate,
    /// The share of slow calls in the window reached [`slow_call_rate`](crate::ConfigBuilder::slow_call_rate).
    SlowCallRate,
    /// The wait is over, and a call was admitted as a probe.
    WaitOver,
    /// A half-open probe failed.
    ProbeFailed,
    /// A half-open probe took longer than [`slow_call_duration`](crate::ConfigBuilder::slow_call_duration).
    ProbeSlow,
    /// Enough half-open probes succeeded.
    ProbesSucceeded,
    /// A control of the [`CircuitBreaker`](crate::CircuitBreaker) was used: `trip`, `force_open`, `disable`,
    /// `metrics_only`, `reset` or `set_clock`.
    Manual,
    /// No change: a [`metrics_only`](crate::CircuitBreaker::metrics_only) breaker would have opened here. Reported once
    /// per crossing.
    WouldOpen,
}

impl Reason {
    /// The reason in words, for logs; [`Display`](fmt::Display) gives the same.
    ///
    /// ```
    /// use breaker_runtime::Reason;
    ///
    /// assert_eq!(Reason::ProbesSucceeded.as_str(), "probes succeeded");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ConsecutiveFailures => "failure threshold reached",
            Self::FailureRate => "failure rate reached",
            Self::SlowCallRate => "slow call rate reached",
            Self::WaitOver => "recovery timeout over",
            Self::ProbeFailed => "probe failed",
            Self::ProbeSlow => "probe was slow",
            Self::ProbesSucceeded => "probes succeeded",
            Self::Manual => "manual",
            Self::WouldOpen => "would have opened",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Something that is told of transitions.
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
        trace::listens() || !self.listeners.is_empty()
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
