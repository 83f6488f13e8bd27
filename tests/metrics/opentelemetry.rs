//! The `opentelemetry` crate, with the SDK's exporter to memory.

use breaker_runtime::integration::{Scope, opentelemetry::observe};
use opentelemetry::{KeyValue, metrics::MeterProvider};
use opentelemetry_sdk::metrics::{
    InMemoryMetricExporter, SdkMeterProvider,
    data::{AggregatedMetrics, MetricData, ResourceMetrics},
};

use crate::{story, text::Samples};

#[test]
fn the_instruments_show_the_whole_life_of_a_breaker() {
    let exporter = InMemoryMetricExporter::default();
    let provider = SdkMeterProvider::builder().with_periodic_exporter(exporter.clone()).build();
    observe(&provider.meter("test"), Scope::registry());
    story::tell("metrics-opentelemetry", move || {
        exporter.reset();
        provider.force_flush().unwrap();
        let mut samples = Samples::new();
        exporter.get_finished_metrics().unwrap().iter().for_each(|collected| read(collected, &mut samples));
        samples
    });
}

fn read(collected: &ResourceMetrics, samples: &mut Samples) {
    for metric in collected.scope_metrics().flat_map(|scope| scope.metrics()) {
        match metric.data() {
            AggregatedMetrics::F64(MetricData::Gauge(gauge)) => {
                for point in gauge.data_points() {
                    samples.insert(series(metric.name(), point.attributes()), point.value());
                }
            }
            AggregatedMetrics::U64(MetricData::Sum(sum)) => {
                assert!(sum.is_monotonic());
                for point in sum.data_points() {
                    samples.insert(series(metric.name(), point.attributes()), point.value() as f64);
                }
            }
            other => panic!("{} is {other:?}", metric.name()),
        }
    }
}

/// The order of attributes is nobody's promise, so it is that of the text format.
fn series<'a>(name: &str, attributes: impl Iterator<Item = &'a KeyValue>) -> String {
    let mut labels: Vec<_> = attributes.map(|label| (label.key.as_str(), label.value.as_str())).collect();
    labels.sort_by_key(|&(label, _)| {
        ["service", "state", "result", "from", "to", "reason"].iter().position(|&known| known == label)
    });
    let labels: Vec<_> = labels.iter().map(|(label, value)| format!("{label}=\"{value}\"")).collect();
    format!("{name}{{{}}}", labels.join(","))
}
