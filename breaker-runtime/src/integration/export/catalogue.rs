//! The metrics: described once, for every exporter.

use std::time::UNIX_EPOCH;

use crate::state::State;

use super::reading::Reading;

/// Takes one sample: the values of the labels after the name's, and the figure.
pub(crate) type Sink<'a, T> = &'a mut dyn FnMut(&[&'static str], T);

/// How a family is read from the figures of one service, which also says of what kind it is.
pub(crate) enum Read {
    Gauge(fn(&Reading, Sink<'_, f64>)),
    Counter(fn(&Reading, Sink<'_, u64>)),
}

pub(crate) struct Metric {
    pub(crate) name: &'static str,
    pub(crate) help: &'static str,
    /// Those after the name's, which the scope names.
    labels: &'static [&'static str],
    pub(crate) read: Read,
}

impl Metric {
    /// The names of all its labels.
    #[cfg(feature = "prometheus")]
    pub(crate) fn label_names<'a>(&self, name_label: &'a str) -> impl Iterator<Item = &'a str> + use<'a> {
        [name_label].into_iter().chain(self.labels.iter().copied())
    }

    /// All labels of one sample, the breaker's name first.
    pub(crate) fn labelled<'a>(
        &self,
        seen: &'a Reading,
        values: &'a [&'static str],
    ) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        [(seen.label.as_str(), seen.name.as_str())]
            .into_iter()
            .chain(self.labels.iter().copied().zip(values.iter().copied()))
    }
}

pub(crate) static METRICS: &[Metric] = &[
    Metric {
        name: "circuit_breaker_state",
        help: "State of the circuit: 0 closed, 1 half-open, 2 open",
        labels: &[],
        read: Read::Gauge(|seen, sample| sample(&[], level(seen.state))),
    },
    Metric {
        name: "circuit_breaker_status",
        help: "Whether the circuit is in this state, 1 or 0",
        labels: &["state"],
        read: Read::Gauge(status),
    },
    Metric {
        name: "circuit_breaker_failures_total",
        help: "Calls that failed",
        labels: &[],
        read: Read::Counter(|seen, sample| sample(&[], seen.totals.failures)),
    },
    Metric {
        name: "circuit_breaker_calls_total",
        help: "Calls by what they came to, fallbacks and cached values that answered, and fallbacks that failed",
        labels: &["result"],
        read: Read::Counter(calls),
    },
    Metric {
        name: "circuit_breaker_transitions_total",
        help: "Changes of state",
        labels: &["from", "to"],
        read: Read::Counter(transitions),
    },
    Metric {
        name: "circuit_breaker_slow_calls_total",
        help: "Calls slower than slow_call_duration",
        labels: &[],
        read: Read::Counter(|seen, sample| sample(&[], seen.totals.slow)),
    },
    Metric {
        name: "circuit_breaker_unguarded_calls_total",
        help: "Calls of keys that found no room within max_keys, let through without a breaker of their own",
        labels: &[],
        read: Read::Counter(|seen, sample| sample(&[], seen.totals.unguarded)),
    },
    Metric {
        name: "circuit_breaker_failure_rate",
        help: "Share of failed calls in the sliding window, absent below min_calls",
        labels: &[],
        read: Read::Gauge(|seen, sample| seen.failure_rate().into_iter().for_each(|rate| sample(&[], rate))),
    },
    Metric {
        name: "circuit_breaker_open_since_timestamp_seconds",
        help: "When the circuit left the closed state, in Unix time, and why; absent while it is closed",
        labels: &["reason"],
        read: Read::Gauge(open_since),
    },
    #[cfg(feature = "redis")]
    Metric {
        name: "circuit_breaker_fleet_connected",
        help: "Whether this process hears of the others that share the circuit, 1 or 0",
        labels: &[],
        read: Read::Gauge(|seen, sample| seen.fleet.iter().for_each(|fleet| sample(&[], truth(fleet.connected)))),
    },
    #[cfg(feature = "redis")]
    Metric {
        name: "circuit_breaker_fleet_state",
        help: "State of the circuit in the fleet, as this process knows it: 0 closed, 1 one node probes, 2 open",
        labels: &[],
        read: Read::Gauge(|seen, sample| seen.fleet.iter().for_each(|fleet| sample(&[], fleet.level))),
    },
    #[cfg(feature = "redis")]
    Metric {
        name: "circuit_breaker_fleet_votes",
        help: "Processes that have opened the circuit, as this one knows it",
        labels: &[],
        read: Read::Gauge(|seen, sample| seen.fleet.iter().for_each(|fleet| sample(&[], fleet.votes as f64))),
    },
    #[cfg(feature = "redis")]
    Metric {
        name: "circuit_breaker_fleet_outlier",
        help: "Whether this process has opened the circuit and too few others did, 1 or 0",
        labels: &[],
        read: Read::Gauge(|seen, sample| seen.fleet.iter().for_each(|fleet| sample(&[], truth(fleet.outlier)))),
    },
];

/// Samples come in the order of their labels: what a scraper sorts is sorted then.
const BY_NAME: [State; 6] =
    [State::Closed, State::Disabled, State::ForcedOpen, State::HalfOpen, State::MetricsOnly, State::Open];

#[cfg(feature = "redis")]
fn truth(is: bool) -> f64 {
    f64::from(u8::from(is))
}

fn level(state: State) -> f64 {
    match state {
        State::Closed | State::Disabled | State::MetricsOnly => 0.0,
        State::HalfOpen => 1.0,
        State::Open | State::ForcedOpen => 2.0,
    }
}

fn status(seen: &Reading, sample: Sink<'_, f64>) {
    for state in BY_NAME {
        sample(&[state.as_str()], if seen.state == state { 1.0 } else { 0.0 });
    }
}

fn open_since(seen: &Reading, sample: Sink<'_, f64>) {
    if let (Some(since), Some(by)) = (seen.open_since, seen.opened_by) {
        sample(&[by.as_str()], since.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64());
    }
}

fn calls(seen: &Reading, sample: Sink<'_, u64>) {
    let totals = &seen.totals;
    sample(&["cached"], totals.cached);
    sample(&["cancelled"], totals.cancelled);
    sample(&["failure"], totals.failures);
    sample(&["fallback"], totals.fallbacks);
    sample(&["fallback_failure"], totals.fallback_failures);
    sample(&["ignored"], totals.ignored);
    sample(&["rejected"], totals.rejected);
    sample(&["success"], totals.successes);
}

fn transitions(seen: &Reading, sample: Sink<'_, u64>) {
    for from in BY_NAME {
        for to in BY_NAME {
            let count = seen.totals.transitions.get(from, to);
            if count > 0 || is_made_by_calls(from, to) {
                sample(&[from.as_str(), to.as_str()], count);
            }
        }
    }
}

/// Whether calls and time lead from one to the other. There are nineteen more by hand, which most circuits never see:
/// they would be half of all series.
fn is_made_by_calls(from: State, to: State) -> bool {
    matches!(
        (from, to),
        (State::Closed | State::HalfOpen, State::Open)
            | (State::Open, State::HalfOpen)
            | (State::HalfOpen, State::Closed)
    )
}
