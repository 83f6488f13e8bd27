//! The figures of one moment.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use crate::{name::Name, reason::Reason, state::State};

/// What a breaker shows of itself at one moment.
///
/// The lifetime totals only ever grow: they survive every transition and [`reset`](crate::CircuitBreaker::reset). The
/// streak, the window and the half-open episode begin anew with each change of state, and are 0 in a state that does
/// not count them.
///
/// ```
/// use breaker_runtime::{CircuitBreaker, Config};
///
/// let breaker = CircuitBreaker::new("users", Config::default());
/// let _ = breaker.call(|| Err::<(), _>("down"));
/// let seen = breaker.snapshot();
/// assert_eq!((seen.failures, seen.consecutive_failures), (1, 1));
/// assert!(seen.last_failure.is_some());
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Snapshot {
    /// The breaker's name.
    pub name: Name,
    /// Its state; an open circuit whose wait is over reads as half-open.
    pub state: State,
    /// Failures since the last success, while closed or metrics-only.
    pub consecutive_failures: u32,
    /// Calls in the sliding window; while open, those of the window that opened it. 0 if nothing needs a window.
    pub window_calls: u64,
    /// Failed calls in the sliding window.
    pub window_failures: u64,
    /// Slow calls in the sliding window.
    pub window_slow: u64,
    /// Share of failed calls in the window, 0 to 1; `None` below [`min_calls`](crate::ConfigBuilder::min_calls).
    pub failure_rate: Option<f64>,
    /// Share of slow calls in the window, 0 to 1; `None` below [`min_calls`](crate::ConfigBuilder::min_calls).
    pub slow_call_rate: Option<f64>,
    /// Successes of the current half-open episode.
    pub half_open_successes: u32,
    /// How long until an open circuit admits probes; `None` if it is not open, or time alone will not do it.
    pub retry_after: Option<Duration>,
    /// When a call last failed, on the system's clock to within a few ticks of it (1 to 10 ms each).
    pub last_failure: Option<SystemTime>,
    /// Since when the circuit keeps callers out: when it left the closed state for the open one, or was forced open. It
    /// stays through failed probes, until the circuit closes.
    pub open_since: Option<SystemTime>,
    /// Why it left the closed state then.
    pub opened_by: Option<Reason>,
    /// Calls that succeeded, ever.
    pub successes: u64,
    /// Calls that failed, ever.
    pub failures: u64,
    /// Calls that said nothing about the dependency, ever.
    pub ignored: u64,
    /// Calls that were dropped before they ended, ever.
    pub cancelled: u64,
    /// Calls that were rejected, ever.
    pub rejected: u64,
    /// Fallbacks of annotated functions that ran, ever.
    pub fallbacks: u64,
    /// Fallbacks of annotated functions whose own answer was a failure, ever.
    pub fallback_failures: u64,
    /// Calls of annotated functions that were answered from the cache, ever.
    pub cached: u64,
    /// Calls slower than [`slow_call_duration`](crate::ConfigBuilder::slow_call_duration), ever.
    pub slow: u64,
    /// Transitions to [`Open`](State::Open), ever; forced ones are not among them.
    pub times_opened: u64,
    /// Transitions from each state to each other, ever.
    pub transitions: TransitionCounts,
}

const STATES: usize = State::ALL.len();

/// How often a circuit went from each state to each other one, since it was made. The counts only ever grow.
///
/// ```
/// use breaker_runtime::{CircuitBreaker, Config, State};
///
/// let breaker = CircuitBreaker::new("users", Config::default());
/// breaker.trip();
/// breaker.reset();
/// let counts = breaker.snapshot().transitions;
/// assert_eq!(counts.get(State::Closed, State::Open), 1);
/// assert_eq!(counts.iter().count(), 2);
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct TransitionCounts([[u64; STATES]; STATES]);

impl TransitionCounts {
    /// How often it went from this state to that one.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreaker, Config, State};
    ///
    /// let breaker = CircuitBreaker::new("users", Config::default());
    /// breaker.disable();
    /// let counts = breaker.snapshot().transitions;
    /// assert_eq!(counts.get(State::Closed, State::Disabled), 1);
    /// assert_eq!(counts.get(State::Closed, State::Open), 0);
    /// ```
    #[must_use]
    pub const fn get(&self, from: State, to: State) -> u64 {
        self.0[from as usize][to as usize]
    }

    /// The transitions that happened: from, to, how often.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreaker, Config, State};
    ///
    /// let breaker = CircuitBreaker::new("users", Config::default());
    /// breaker.trip();
    /// let counts = breaker.snapshot().transitions;
    /// assert_eq!(counts.iter().collect::<Vec<_>>(), [(State::Closed, State::Open, 1)]);
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (State, State, u64)> + use<> {
        let counts = *self;
        let all = State::ALL.into_iter().flat_map(|from| State::ALL.into_iter().map(move |to| (from, to)));
        all.map(move |(from, to)| (from, to, counts.get(from, to))).filter(|&(.., count)| count > 0)
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (sum, count) in self.0.iter_mut().flatten().zip(other.0.iter().flatten()) {
            *sum += count;
        }
    }
}

/// A transition that is there twice counts for both.
impl FromIterator<(State, State, u64)> for TransitionCounts {
    fn from_iter<I: IntoIterator<Item = (State, State, u64)>>(counted: I) -> Self {
        let mut counts = Self::default();
        for (from, to, count) in counted {
            let sum = &mut counts.0[from as usize][to as usize];
            *sum = sum.saturating_add(count);
        }
        counts
    }
}

impl fmt::Debug for TransitionCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|(from, to, count)| ((from, to), count))).finish()
    }
}
