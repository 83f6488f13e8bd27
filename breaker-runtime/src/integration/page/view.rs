//! What the page shows at one moment.

#[cfg(feature = "redis")]
use std::collections::BTreeSet;
use std::{
    collections::BTreeMap,
    time::{SystemTime, UNIX_EPOCH},
};

use serde::Serialize;

use crate::{
    breaker::CircuitBreaker, clock::system_wall, family::CircuitBreakerFamily, name::Name, reason::Reason,
    registry::registry, snapshot::Snapshot, state::State, transition::Transition,
};

/// How many keys of a family are shown, the worst off first.
const KEYS: usize = 20;

#[derive(Serialize)]
pub(super) struct View {
    /// Seconds since the Unix epoch, as all times here.
    now: f64,
    control: bool,
    circuits: Vec<Circuit>,
    families: Vec<Family>,
    /// The newest first.
    recent: Vec<Change>,
    #[cfg(feature = "redis")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fleets: Vec<super::fleet::Shown>,
}

#[derive(Serialize)]
struct Family {
    name: Name,
    keys: usize,
    max_keys: usize,
    /// How many keys are in which state.
    states: BTreeMap<&'static str, usize>,
    /// Those of the key that is worst off.
    state: State,
    successes: u64,
    failures: u64,
    rejected: u64,
    slow: u64,
    fallbacks: u64,
    fallback_failures: u64,
    cached: u64,
    unguarded: u64,
    worst: Vec<Key>,
}

#[derive(Serialize)]
struct Circuit {
    #[serde(flatten)]
    seen: Snapshot,
    /// `opened_by` in words.
    why: Option<&'static str>,
}

#[derive(Serialize)]
struct Key {
    key: String,
    #[serde(flatten)]
    circuit: Circuit,
}

#[derive(Serialize)]
struct Change {
    name: Name,
    from: State,
    to: State,
    reason: &'static str,
    at: f64,
}

impl View {
    pub(super) fn now(control: bool) -> Self {
        let registered = registry().registered();
        let own = registered.iter().map(|breaker| Circuit::of(breaker));
        let circuits: Vec<_> = registry().iter().map(Circuit::of).chain(own).collect();
        let families: Vec<_> = registry().families().map(Family::of).collect();
        Self {
            now: seconds(system_wall()),
            control,
            #[cfg(feature = "redis")]
            fleets: super::fleet::shown(&names(&circuits, &families)),
            circuits,
            families,
            recent: registry().recent().iter().rev().map(Change::of).collect(),
        }
    }
}

/// All that are shown by their names.
#[cfg(feature = "redis")]
fn names<'a>(circuits: &'a [Circuit], families: &'a [Family]) -> BTreeSet<&'a str> {
    let keys = families.iter().flat_map(|family| &family.worst).map(|key| &key.circuit);
    circuits.iter().chain(keys).map(|circuit| circuit.seen.name.as_str()).collect()
}

impl Circuit {
    fn of(breaker: &CircuitBreaker) -> Self {
        let seen = breaker.snapshot();
        Self { why: seen.opened_by.map(Reason::as_str), seen }
    }
}

impl Family {
    fn of(family: &'static CircuitBreakerFamily) -> Self {
        let mut states = BTreeMap::new();
        let mut keys: Vec<_> = family.iter().map(|(key, breaker)| (breaker.state(), key, breaker)).collect();
        for (state, ..) in &keys {
            *states.entry(state.as_str()).or_default() += 1;
        }
        let count = keys.len();
        // The worst first; of those that are well, in the order of their names. Only those that are shown are read.
        keys.sort_by(|(a, one, _), (b, other, _)| badness(*b).cmp(&badness(*a)).then_with(|| one.cmp(other)));
        keys.truncate(KEYS);
        let state = keys.first().map_or(State::Closed, |(state, ..)| *state);
        let worst = keys
            .into_iter()
            .map(|(_, key, breaker)| Key { key: key.to_string(), circuit: Circuit::of(&breaker) })
            .collect();
        let totals = family.totals();
        Self {
            name: family.name().to_owned().into(),
            keys: count,
            max_keys: family.max_keys(),
            states,
            state,
            successes: totals.successes,
            failures: totals.failures,
            rejected: totals.rejected,
            slow: totals.slow,
            fallbacks: totals.fallbacks,
            fallback_failures: totals.fallback_failures,
            cached: totals.cached,
            unguarded: totals.unguarded,
            worst,
        }
    }
}

impl Change {
    fn of(transition: &Transition) -> Self {
        let Transition { name, from, to, at, reason, .. } = transition;
        Self { name: name.clone(), from: *from, to: *to, reason: reason.as_str(), at: seconds(*at) }
    }
}

/// How much a state keeps users from the dependency.
fn badness(state: State) -> u8 {
    match state {
        State::Closed => 0,
        State::Disabled | State::MetricsOnly => 1,
        State::HalfOpen => 2,
        State::Open => 3,
        State::ForcedOpen => 4,
    }
}

fn seconds(at: SystemTime) -> f64 {
    at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}
