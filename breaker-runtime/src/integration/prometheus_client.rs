//! For the `prometheus-client` crate, whose registry asks at each scrape.
//!
//! ```
//! use breaker_runtime::{Config, integration::prometheus_client::CircuitBreakerCollector, registry};
//! use prometheus_client::{encoding::text::encode, registry::Registry};
//!
//! let mut metrics = Registry::default();
//! metrics.register_collector(Box::new(CircuitBreakerCollector::default()));
//!
//! registry().get_or_create("users", Config::default());
//! let mut page = String::new();
//! encode(&mut page, &metrics)?;
//! assert!(page.contains(r#"circuit_breaker_state{service="users"} 0"#));
//! # Ok::<(), std::fmt::Error>(())
//! ```

use std::fmt;

use ::prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeLabel, EncodeLabelSet, LabelSetEncoder, MetricEncoder, NoLabelSet},
    metrics::MetricType,
};

use super::{
    Reading, Scope,
    export::{METRICS, Metric, Read},
};

/// Shows breakers to a [`Registry`](::prometheus_client::registry::Registry). The default shows those of the
/// [`registry`](crate::registry()).
///
/// ```
/// use breaker_runtime::{Config, integration::prometheus_client::CircuitBreakerCollector, registry};
/// use prometheus_client::{encoding::text::encode, registry::Registry};
///
/// let mut metrics = Registry::with_prefix("shop");
/// metrics.register_collector(Box::new(CircuitBreakerCollector::default()));
///
/// registry().get_or_create("payments", Config::default()).trip();
/// let mut page = String::new();
/// encode(&mut page, &metrics)?;
/// assert!(page.contains(r#"shop_circuit_breaker_state{service="payments"} 2"#));
/// # Ok::<(), std::fmt::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct CircuitBreakerCollector {
    scope: Scope,
}

impl CircuitBreakerCollector {
    /// Shows these breakers.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use breaker_runtime::{CircuitBreaker, Config, integration::{Scope, prometheus_client::CircuitBreakerCollector}};
    /// use prometheus_client::{encoding::text::encode, registry::Registry};
    ///
    /// let mine = Arc::new(CircuitBreaker::new("mine", Config::default()));
    /// let mut metrics = Registry::default();
    /// metrics.register_collector(Box::new(CircuitBreakerCollector::new(Scope::registry().with(mine))));
    /// let mut page = String::new();
    /// encode(&mut page, &metrics)?;
    /// assert!(page.contains(r#"circuit_breaker_calls_total{service="mine",result="success"} 0"#));
    /// # Ok::<(), std::fmt::Error>(())
    /// ```
    #[must_use]
    pub fn new(scope: Scope) -> Self {
        Self { scope }
    }
}

impl Collector for CircuitBreakerCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let readings = self.scope.read();
        for metric in METRICS {
            // The encoder puts a counter's suffix there itself, and a dot after the help.
            let name = metric.name.trim_end_matches("_total");
            let kind = match metric.read {
                Read::Gauge(_) => MetricType::Gauge,
                Read::Counter(_) => MetricType::Counter,
            };
            let mut encoder = encoder.encode_descriptor(name, metric.help, None, kind)?;
            readings.iter().try_for_each(|seen| encode(metric, seen, &mut encoder))?;
        }
        Ok(())
    }
}

fn encode(metric: &Metric, seen: &Reading, encoder: &mut MetricEncoder<'_>) -> fmt::Result {
    let mut result = Ok(());
    match metric.read {
        Read::Gauge(read) => read(seen, &mut |values, level| {
            let labels = Labels { metric, seen, values };
            result = result.and_then(|()| encoder.encode_family(&labels)?.encode_gauge(&level));
        }),
        Read::Counter(read) => read(seen, &mut |values, count| {
            let labels = Labels { metric, seen, values };
            result = result
                .and_then(|()| encoder.encode_family(&labels)?.encode_counter::<NoLabelSet, _, u64>(&count, None));
        }),
    }
    result
}

struct Labels<'a> {
    metric: &'a Metric,
    seen: &'a Reading,
    values: &'a [&'static str],
}

impl EncodeLabelSet for Labels<'_> {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> fmt::Result {
        self.metric.labelled(self.seen, self.values).try_for_each(|label| label.encode(encoder.encode_label()))
    }
}
