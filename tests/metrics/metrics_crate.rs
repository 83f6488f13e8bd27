//! The `metrics` crate, with a recorder that writes the text format.

use breaker_runtime::integration::metrics::CircuitBreakerPublisher;
use metrics::with_local_recorder;
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
