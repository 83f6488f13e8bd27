//! The `prometheus-client` crate.

use breaker_runtime::integration::prometheus_client::CircuitBreakerCollector;
use prometheus_client::{encoding::text::encode, registry::Registry};

use crate::{story, text::parse};

#[test]
fn the_collector_shows_the_whole_life_of_a_breaker() {
    let mut metrics = Registry::default();
    metrics.register_collector(Box::new(CircuitBreakerCollector::default()));
    story::tell("metrics-client", move || {
        let mut page = String::new();
        encode(&mut page, &metrics).unwrap();
        assert!(page.contains("# TYPE circuit_breaker_calls counter"), "{page}");
        parse(&page)
    });
}
