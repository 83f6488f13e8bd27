//! The `prometheus` crate.

use breaker_runtime::{Config, integration::prometheus::CircuitBreakerCollector, registry};
use prometheus::{Registry, TextEncoder};

use crate::{story, text::parse};

fn scraper() -> impl FnMut() -> String {
    let metrics = Registry::new();
    metrics.register(Box::new(CircuitBreakerCollector::default())).unwrap();
    move || TextEncoder::new().encode_to_string(&metrics.gather()).unwrap()
}

#[test]
fn the_collector_shows_the_whole_life_of_a_breaker() {
    let mut scrape = scraper();
    story::tell("metrics-tikv", move || parse(&scrape()));
}

#[test]
fn every_family_is_described() {
    use prometheus::core::Collector;
    assert_eq!(CircuitBreakerCollector::default().desc().len(), 9 + 4);
}

#[test]
fn any_name_is_a_good_label() {
    let name = "metrics \"quoted\" \\ and\nbroken";
    registry().get_or_create(name, Config::default());
    let page = scraper()();
    assert!(page.contains(r#"circuit_breaker_state{service="metrics \"quoted\" \\ and\nbroken"} 0"#), "{page}");
}
