//! The figures of one service at one moment.

use crate::{
    breaker::CircuitBreaker,
    family::{CircuitBreakerFamily, FamilyTotals},
    name::Name,
    snapshot::Snapshot,
    state::State,
};

/// What one breaker shows, or all that go by one name.
pub(crate) struct Reading {
    pub(crate) service: Name,
    /// The family whose key it is; `None` for a breaker by itself, and a whole family.
    pub(super) family: Option<Name>,
    /// The state of the one that is worst off.
    pub(crate) state: State,
    pub(crate) totals: FamilyTotals,
    /// The calls of those windows that hold enough for a rate.
    judged_calls: u64,
    judged_failures: u64,
}

impl Reading {
    pub(super) fn of_breaker(breaker: &CircuitBreaker) -> Self {
        let seen = breaker.snapshot();
        let mut reading = Self::new(seen.name.clone(), seen.state, FamilyTotals::of(&seen));
        reading.judge(&seen);
        reading
    }

    /// All keys of a family, and what evicted ones have counted.
    pub(super) fn of_family(family: &CircuitBreakerFamily) -> Self {
        let snapshots = family.map(CircuitBreaker::snapshot);
        let state = snapshots.iter().map(|seen| seen.state).max_by_key(badness).unwrap_or(State::Closed);
        let mut reading = Self::new(family.name().to_owned().into(), state, family.totals());
        snapshots.iter().for_each(|seen| reading.judge(seen));
        reading
    }

    /// One key of a family.
    pub(super) fn of_key(family: &Name, breaker: &CircuitBreaker) -> Self {
        Self { family: Some(family.clone()), ..Self::of_breaker(breaker) }
    }

    /// The calls of keys that found no room.
    pub(super) fn of_overflow(family: &Name, breaker: &CircuitBreaker) -> Self {
        let mut reading = Self::of_key(family, breaker);
        let FamilyTotals { successes, failures, ignored, cancelled, .. } = reading.totals;
        reading.totals.unguarded = successes + failures + ignored + cancelled;
        reading
    }

    fn new(service: Name, state: State, totals: FamilyTotals) -> Self {
        Self { service, family: None, state, totals, judged_calls: 0, judged_failures: 0 }
    }

    /// Whether both are shown as one: their names are equal, and mean the same.
    pub(super) fn is_as(&self, other: &Self) -> bool {
        self.service == other.service && self.family == other.family
    }

    fn judge(&mut self, seen: &Snapshot) {
        if seen.failure_rate.is_some() {
            self.judged_calls += seen.window_calls;
            self.judged_failures += seen.window_failures;
        }
    }

    /// Share of failed calls, if any window holds enough of them.
    pub(super) fn failure_rate(&self) -> Option<f64> {
        (self.judged_calls > 0).then(|| self.judged_failures as f64 / self.judged_calls as f64)
    }

    /// Takes in another one of the same name, since a series may be shown only once.
    pub(super) fn absorb(&mut self, other: &Self) {
        self.state = if badness(&other.state) > badness(&self.state) { other.state } else { self.state };
        self.totals.add(&other.totals);
        self.judged_calls += other.judged_calls;
        self.judged_failures += other.judged_failures;
    }
}

fn badness(state: &State) -> u8 {
    match state {
        State::Disabled => 0,
        State::MetricsOnly => 1,
        State::Closed => 2,
        State::HalfOpen => 3,
        State::Open => 4,
        State::ForcedOpen => 5,
    }
}
