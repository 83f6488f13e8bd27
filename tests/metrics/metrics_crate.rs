//! The `metrics` crate, with a recorder that writes the text format.

use std::sync::{
    Arc, Mutex, Weak,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use breaker_runtime::{
    CircuitBreakerFamily, Config,
    integration::{Scope, metrics::CircuitBreakerPublisher},
};
use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit,
    with_local_recorder,
};
use metrics_exporter_prometheus::PrometheusBuilder;

use crate::{story, text::parse};

#[test]
fn the_publisher_shows_the_whole_life_of_a_breaker() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let mut publisher = with_local_recorder(&recorder, CircuitBreakerPublisher::default);
    story::tell("metrics-crate", move || {
        with_local_recorder(&recorder, || publisher.publish());
        let page = recorder.handle().render();
        assert!(page.contains("# HELP circuit_breaker_calls_total Calls by"), "{page}");
        parse(&page)
    });
}

/// Hands out counters and gauges, and knows which are still held.
#[derive(Default)]
struct Watching(Mutex<Vec<(String, Weak<Watched>)>>);

#[derive(Default)]
struct Watched(AtomicU64);

impl GaugeFn for Watched {
    fn increment(&self, _: f64) {}
    fn decrement(&self, _: f64) {}
    fn set(&self, value: f64) {
        self.0.store(value.to_bits(), Relaxed);
    }
}

impl CounterFn for Watched {
    fn increment(&self, _: u64) {}
    fn absolute(&self, value: u64) {
        self.0.store(value, Relaxed);
    }
}

impl Watching {
    fn watched(&self, key: &Key) -> Arc<Watched> {
        let watched = Arc::default();
        self.0.lock().unwrap().push((format!("{key}"), Arc::downgrade(&watched)));
        watched
    }

    fn held(&self, service: &str) -> usize {
        let all = self.0.lock().unwrap();
        all.iter().filter(|(key, watched)| key.contains(service) && watched.strong_count() > 0).count()
    }
}

impl Recorder for Watching {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.watched(key))
    }
    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.watched(key))
    }
    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

#[test]
fn fault_33_the_publisher_forgets_evicted_keys() {
    let recorder = Watching::default();
    let hosts = Arc::new(CircuitBreakerFamily::new("fault-33", Config::default()).with_max_keys(2));
    let scope = Scope::registry().with_family(Arc::clone(&hosts)).by_key();
    let mut publisher = with_local_recorder(&recorder, || CircuitBreakerPublisher::new(scope));
    for key in 0..100 {
        let _ = hosts.get(key);
        with_local_recorder(&recorder, || publisher.publish());
    }
    let one = recorder.held("fault-33[99]");
    assert!(one > 0);
    assert_eq!((recorder.held("fault-33[0]"), recorder.held("fault-33[")), (0, 2 * one));
}
