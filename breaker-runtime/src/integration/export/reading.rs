//! The figures of one service at one moment.

use std::time::SystemTime;

use crate::{
    breaker::CircuitBreaker,
    family::{CircuitBreakerFamily, FamilyTotals},
    name::Name,
    reason::Reason,
    snapshot::Snapshot,
    state::State,
};

/// The label that holds the name, if no other is asked for.
pub(super) const LABEL: &str = "service";

/// What is the label of a name may not also be one of these.
pub(super) const OWN_LABELS: [&str; 5] = ["state", "result", "from", "to", "reason"];

/// What one breaker shows at one moment, or all that go by one name: see [`Scope::read`](super::Scope::read).
///
/// ```
/// use breaker_runtime::{CircuitBreaker, Config, State, integration::Scope, registry};
///
/// let users = registry().get_or_create("users", Config::default());
/// let _ = users.call(|| Err::<(), _>("down"));
/// let [seen] = &Scope::registry().read()[..] else { unreachable!() };
/// assert_eq!((seen.name.as_str(), seen.state, seen.totals.failures), ("users", State::Closed, 1));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Reading {
    /// The breaker's name; of keyed breakers that of their family, unless each key is shown.
    pub name: Name,
    /// The family whose key it is; `None` for a breaker by itself, and a whole family.
    pub family: Option<Name>,
    /// The label that holds the name in metrics: `service`, unless [`Scope::label`](super::Scope::label) says otherwise.
    pub label: Name,
    /// The state. Of several breakers, that of the one that is worst off.
    pub state: State,
    /// What all calls came to. Each figure only ever grows.
    pub totals: FamilyTotals,
    /// Since when the circuit is not closed. Of several breakers, that of the one that has been so for longest.
    pub open_since: Option<SystemTime>,
    /// Why it left the closed state then.
    pub opened_by: Option<Reason>,
    /// Calls in the sliding windows that hold [`min_calls`](crate::ConfigBuilder::min_calls) or more.
    pub judged_calls: u64,
    /// Failed calls among the [`judged_calls`](Self::judged_calls).
    pub judged_failures: u64,
    /// What a fleet knows of it; `None` if none shares it.
    #[cfg(feature = "redis")]
    pub(super) fleet: Option<super::fleet::FleetReading>,
}

impl Reading {
    pub(super) fn of_breaker(breaker: &CircuitBreaker) -> Self {
        let seen = breaker.snapshot();
        let mut reading = Self::new(seen.name.clone(), seen.state, FamilyTotals::of(&seen));
        reading.judge(&seen);
        reading
    }

    /// As [`of_breaker`](Self::of_breaker), with the totals as they were read together with those of dropped ones.
    pub(super) fn of_registered(breaker: &CircuitBreaker, totals: FamilyTotals) -> Self {
        Self { totals, ..Self::of_breaker(breaker) }
    }

    /// What dropped breakers of a name had counted that no other goes by. They keep nobody out.
    pub(super) fn of_gone(name: Name, totals: FamilyTotals) -> Self {
        Self::new(name, State::Closed, totals)
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

    fn new(name: Name, state: State, totals: FamilyTotals) -> Self {
        Self {
            name,
            family: None,
            label: Name::from(LABEL),
            state,
            totals,
            open_since: None,
            opened_by: None,
            judged_calls: 0,
            judged_failures: 0,
            #[cfg(feature = "redis")]
            fleet: None,
        }
    }

    /// Whether both are shown as one: their names are equal, and mean the same.
    pub(super) fn is_as(&self, other: &Self) -> bool {
        self.name == other.name && self.family == other.family
    }

    /// Takes over when another one left the closed state, and why, if that was earlier.
    fn open(&mut self, since: Option<SystemTime>, by: Option<Reason>) {
        if since.is_some_and(|since| self.open_since.is_none_or(|known| since < known)) {
            (self.open_since, self.opened_by) = (since, by);
        }
    }

    fn judge(&mut self, seen: &Snapshot) {
        self.open(seen.open_since, seen.opened_by);
        if seen.failure_rate.is_some() {
            self.judged_calls += seen.window_calls;
            self.judged_failures += seen.window_failures;
        }
    }

    /// Share of failed calls in the windows, 0 to 1; `None` if none holds enough calls.
    ///
    /// ```
    /// use breaker_runtime::{Config, integration::Scope, registry};
    ///
    /// let config = Config::builder().failure_rate(0.5).min_calls(2).build()?;
    /// let users = registry().get_or_create("users", config);
    /// let _ = users.call(|| Ok::<_, ()>(()));
    /// assert_eq!(Scope::registry().read()[0].failure_rate(), None);
    /// let _ = users.call(|| Err::<(), _>("down"));
    /// assert_eq!(Scope::registry().read()[0].failure_rate(), Some(0.5));
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    #[must_use]
    pub fn failure_rate(&self) -> Option<f64> {
        (self.judged_calls > 0).then(|| self.judged_failures as f64 / self.judged_calls as f64)
    }

    /// Takes in another one of the same name, since a series may be shown only once.
    pub(super) fn absorb(&mut self, other: &Self) {
        self.state = if badness(&other.state) > badness(&self.state) { other.state } else { self.state };
        self.totals.add(&other.totals);
        self.open(other.open_since, other.opened_by);
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
