//! How often each transition happened.

use std::fmt;

use crate::State;

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

    pub(crate) fn count(&mut self, from: State, to: State) {
        self.0[from as usize][to as usize] += 1;
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
