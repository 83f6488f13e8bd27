//! For the `prometheus` crate, whose registry asks at each scrape.
//!
//! ```
//! use breaker_runtime::{Config, integration::prometheus::CircuitBreakerCollector, registry};
//! use prometheus::{Registry, TextEncoder};
//!
//! let metrics = Registry::new(); // or `prometheus::default_registry()`
//! metrics.register(Box::new(CircuitBreakerCollector::default()))?;
//!
//! registry().get_or_create("users", Config::default());
//! let page = TextEncoder::new().encode_to_string(&metrics.gather())?;
//! assert!(page.contains(r#"circuit_breaker_state{service="users"} 0"#));
//! # Ok::<(), prometheus::Error>(())
//! ```

use std::collections::HashMap;

use ::prometheus::{
    core::{Collector, Desc},
    proto::{self, Counter, Gauge, LabelPair, MetricFamily, MetricType},
};

use super::{
    Reading, Scope,
    export::{METRICS, Metric, Read},
};

/// Shows breakers to a [`prometheus::Registry`]. The default shows those of the [`registry`](crate::registry()).
///
/// ```
/// use breaker_runtime::{Config, integration::prometheus::CircuitBreakerCollector, registry};
///
/// prometheus::default_registry().register(Box::new(CircuitBreakerCollector::default()))?;
///
/// registry().get_or_create("payments", Config::default()).trip();
/// let page = prometheus::TextEncoder::new().encode_to_string(&prometheus::gather())?;
/// assert!(page.contains(r#"circuit_breaker_transitions_total{service="payments",from="closed",to="open"} 1"#));
/// # Ok::<(), prometheus::Error>(())
/// ```
#[derive(Debug)]
pub struct CircuitBreakerCollector {
    scope: Scope,
    descs: Vec<Desc>,
}

impl CircuitBreakerCollector {
    /// Shows these breakers.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use breaker_runtime::{CircuitBreaker, Config, integration::{Scope, prometheus::CircuitBreakerCollector}};
    ///
    /// let mine = Arc::new(CircuitBreaker::new("mine", Config::default()));
    /// let shown = CircuitBreakerCollector::new(Scope::registry().with(mine));
    /// prometheus::default_registry().register(Box::new(shown))?;
    /// assert_eq!(prometheus::gather()[0].name(), "circuit_breaker_calls_total");
    /// # Ok::<(), prometheus::Error>(())
    /// ```
    #[must_use]
    pub fn new(scope: Scope) -> Self {
        // The names of metrics and labels are known to be good.
        let descs = METRICS.iter().filter_map(|metric| describe(metric, scope.name_label()).ok()).collect();
        Self { scope, descs }
    }
}

impl Default for CircuitBreakerCollector {
    fn default() -> Self {
        Self::new(Scope::registry())
    }
}

impl Collector for CircuitBreakerCollector {
    fn desc(&self) -> Vec<&Desc> {
        self.descs.iter().collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let readings = self.scope.read();
        METRICS.iter().map(|metric| collect(metric, &readings)).collect()
    }
}

fn describe(metric: &Metric, name_label: &str) -> ::prometheus::Result<Desc> {
    let labels = metric.label_names(name_label).map(str::to_owned).collect();
    Desc::new(metric.name.to_owned(), metric.help.to_owned(), labels, HashMap::new())
}

fn collect(metric: &Metric, readings: &[Reading]) -> MetricFamily {
    let mut metrics = Vec::new();
    for seen in readings {
        match metric.read {
            Read::Gauge(read) => read(seen, &mut |values, level| {
                let mut gauge = Gauge::default();
                gauge.set_value(level);
                let mut sample = labelled(metric, seen, values);
                sample.set_gauge(gauge);
                metrics.push(sample);
            }),
            Read::Counter(read) => read(seen, &mut |values, count| {
                let mut counter = Counter::default();
                counter.set_value(count as f64);
                let mut sample = labelled(metric, seen, values);
                sample.set_counter(counter);
                metrics.push(sample);
            }),
        }
    }
    let mut collected = MetricFamily::default();
    collected.set_name(metric.name.to_owned());
    collected.set_help(metric.help.to_owned());
    collected.set_field_type(match metric.read {
        Read::Gauge(_) => MetricType::GAUGE,
        Read::Counter(_) => MetricType::COUNTER,
    });
    collected.set_metric(metrics);
    collected
}

fn labelled(metric: &Metric, seen: &Reading, values: &[&'static str]) -> proto::Metric {
    let pair = |(label, value): (&str, &str)| {
        let mut pair = LabelPair::default();
        pair.set_name(label.to_owned());
        pair.set_value(value.to_owned());
        pair
    };
    let mut sample = proto::Metric::default();
    sample.set_label(metric.labelled(seen, values).map(pair).collect());
    sample
}
