//! For the `opentelemetry` crate: observable instruments, asked at each collection.
//!
//! ```
//! use breaker_runtime::integration::{Scope, opentelemetry::observe};
//!
//! observe(&opentelemetry::global::meter("my-service"), Scope::registry());
//! ```

use std::sync::Arc;

use ::opentelemetry::{
    KeyValue,
    metrics::{AsyncInstrument, Meter},
};

use super::{
    Reading, Scope,
    export::{METRICS, Metric, Read},
};

/// Makes an observable instrument of this meter for each metric. Call it once; the instruments live as long
/// as the meter's provider.
///
/// ```
/// use std::sync::Arc;
/// use breaker_runtime::{CircuitBreakerFamily, Config, integration::{Scope, opentelemetry::observe}};
///
/// let hosts = Arc::new(CircuitBreakerFamily::new("http", Config::default()));
/// let meter = opentelemetry::global::meter("my-service");
/// observe(&meter, Scope::registry().with_family(Arc::clone(&hosts)).by_key());
/// ```
pub fn observe(meter: &Meter, scope: Scope) {
    let scope = Arc::new(scope);
    for metric in METRICS {
        let scope = Arc::clone(&scope);
        match metric.read {
            Read::Gauge(read) => {
                let callback = move |observer: &dyn AsyncInstrument<f64>| {
                    for seen in scope.read() {
                        read(&seen, &mut |values, level| observer.observe(level, &attributes(metric, &seen, values)));
                    }
                };
                meter.f64_observable_gauge(metric.name).with_description(metric.help).with_callback(callback).build();
            }
            Read::Counter(read) => {
                let callback = move |observer: &dyn AsyncInstrument<u64>| {
                    for seen in scope.read() {
                        read(&seen, &mut |values, count| observer.observe(count, &attributes(metric, &seen, values)));
                    }
                };
                meter.u64_observable_counter(metric.name).with_description(metric.help).with_callback(callback).build();
            }
        }
    }
}

fn attributes(metric: &Metric, seen: &Reading, values: &[&'static str]) -> Vec<KeyValue> {
    metric.labelled(seen, values).map(|(label, value)| KeyValue::new(label.to_owned(), value.to_owned())).collect()
}
