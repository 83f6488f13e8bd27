//! For the `metrics` crate, whose recorders are told: once before each scrape.
//!
//! ```
//! use breaker_runtime::integration::metrics::CircuitBreakerPublisher;
//!
//! // After the recorder was installed:
//! let mut breakers = CircuitBreakerPublisher::default();
//! // In the handler of `/metrics`, or every few seconds:
//! breakers.publish();
//! ```

use std::{collections::HashMap, fmt};

use ::metrics::{Counter, Gauge, Key, Label, Level, Metadata, Recorder, with_recorder};

use crate::name::Name;

use super::{
    Reading, Scope,
    export::{METRICS, Metric, Read},
};

static METADATA: Metadata<'static> = Metadata::new(module_path!(), Level::INFO, Some(module_path!()));

/// Tells the recorder of the `metrics` crate what breakers show, whenever [`publish`](Self::publish) is called. The
/// default tells of those in the [`registry`](crate::registry()).
///
/// A recorder cannot be told that a series has ended: a failure rate that falls below `min_calls` becomes `NaN`, and so do
/// the gauges of a key that was evicted. Its counters stay as they were, as long as the recorder keeps them.
///
/// ```
/// use std::{thread, time::Duration};
/// use breaker_runtime::integration::metrics::CircuitBreakerPublisher;
///
/// // For a recorder that pushes:
/// thread::spawn(|| {
///     let mut breakers = CircuitBreakerPublisher::default();
///     loop {
///         breakers.publish();
///         thread::sleep(Duration::from_secs(10));
///     }
/// });
/// ```
pub struct CircuitBreakerPublisher {
    scope: Scope,
    services: HashMap<Name, Handles>,
}

/// The handles of one service.
#[derive(Default)]
struct Handles {
    /// Each with the round in which it was last set.
    gauges: HashMap<Series, (Gauge, u64)>,
    round: u64,
    counters: HashMap<Series, Counter>,
}

/// A metric and the values of its labels after the service.
type Series = (&'static str, [Option<&'static str>; 2]);

impl CircuitBreakerPublisher {
    /// Tells of these breakers. Make it after the recorder was installed.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use breaker_runtime::{CircuitBreaker, Config, integration::{Scope, metrics::CircuitBreakerPublisher}};
    ///
    /// let mine = Arc::new(CircuitBreaker::new("mine", Config::default()));
    /// let mut breakers = CircuitBreakerPublisher::new(Scope::registry().with(mine));
    /// breakers.publish();
    /// ```
    #[must_use]
    pub fn new(scope: Scope) -> Self {
        with_recorder(describe);
        Self { scope, services: HashMap::new() }
    }

    /// Sets every series to what its breaker shows now. The recorder is asked for the handle of a series once.
    ///
    /// ```
    /// use std::sync::{LazyLock, Mutex};
    /// use breaker_runtime::integration::metrics::CircuitBreakerPublisher;
    ///
    /// static BREAKERS: LazyLock<Mutex<CircuitBreakerPublisher>> = LazyLock::new(Mutex::default);
    ///
    /// fn metrics_page() -> String {
    ///     if let Ok(mut breakers) = BREAKERS.lock() {
    ///         breakers.publish();
    ///     }
    ///     String::new() // of the recorder: what it has now
    /// }
    /// # metrics_page();
    /// ```
    pub fn publish(&mut self) {
        let seen = self.scope.read();
        // What is read is sorted by name.
        let is_shown = |service: &Name| seen.binary_search_by(|seen| seen.name.cmp(service)).is_ok();
        self.services.retain(|service, handles| {
            let is_shown = is_shown(service);
            if !is_shown {
                handles.end();
            }
            is_shown
        });
        for seen in seen {
            self.services.entry(seen.name.clone()).or_default().publish(&seen);
        }
    }
}

impl Handles {
    /// The service is gone: an evicted key, or a breaker that was dropped.
    fn end(&self) {
        self.gauges.values().for_each(|(gauge, _)| gauge.set(f64::NAN));
    }

    fn publish(&mut self, seen: &Reading) {
        self.round += 1;
        for metric in METRICS {
            match metric.read {
                Read::Gauge(read) => read(seen, &mut |values, level| {
                    let (gauge, round) = self.gauges.entry(series(metric, values)).or_insert_with(|| {
                        let key = key(metric, seen, values);
                        (with_recorder(|recorder| recorder.register_gauge(&key, &METADATA)), 0)
                    });
                    gauge.set(level);
                    *round = self.round;
                }),
                Read::Counter(read) => read(seen, &mut |values, count| {
                    let counter = self.counters.entry(series(metric, values)).or_insert_with(|| {
                        let key = key(metric, seen, values);
                        with_recorder(|recorder| recorder.register_counter(&key, &METADATA))
                    });
                    counter.absolute(count);
                }),
            }
        }
        let absent = self.gauges.values().filter(|(_, round)| *round != self.round);
        absent.for_each(|(gauge, _)| gauge.set(f64::NAN));
    }
}

impl Default for CircuitBreakerPublisher {
    fn default() -> Self {
        Self::new(Scope::registry())
    }
}

impl fmt::Debug for CircuitBreakerPublisher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CircuitBreakerPublisher").field("scope", &self.scope).finish_non_exhaustive()
    }
}

fn describe(recorder: &dyn Recorder) {
    for metric in METRICS {
        match metric.read {
            Read::Gauge(_) => recorder.describe_gauge(metric.name.into(), None, metric.help.into()),
            Read::Counter(_) => recorder.describe_counter(metric.name.into(), None, metric.help.into()),
        }
    }
}

fn series(metric: &Metric, values: &[&'static str]) -> Series {
    (metric.name, [values.first().copied(), values.get(1).copied()])
}

fn key(metric: &Metric, seen: &Reading, values: &[&'static str]) -> Key {
    let labels = metric.labelled(seen, values).map(|(label, value)| Label::new(label.to_owned(), value.to_owned()));
    Key::from_parts(metric.name, labels.collect::<Vec<_>>())
}
