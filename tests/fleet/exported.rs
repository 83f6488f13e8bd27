//! What exporters show of a fleet.

use breaker_runtime::{
    Config,
    fleet::{Fleet, FleetStatus, MemoryEngine},
    integration::prometheus::CircuitBreakerCollector,
    registry,
};
use prometheus::{Registry, TextEncoder};

use crate::nodes::eventually;

#[test]
fn exporters_show_what_the_node_knows() {
    let name = "exported-by-a-fleet";
    let breaker = registry().get_or_create(name, Config::default());
    let metrics = Registry::new();
    metrics.register(Box::new(CircuitBreakerCollector::default())).unwrap();
    let page = || TextEncoder::new().encode_to_string(&metrics.gather()).unwrap();
    let shows = |metric: &str, value: u8| {
        page().contains(&format!("circuit_breaker_fleet_{metric}{{service=\"{name}\"}} {value}\n"))
    };
    assert!(!page().contains("circuit_breaker_fleet_connected{"), "nothing is shared");

    let engine = MemoryEngine::new();
    let fleet = Fleet::with_engine(engine.clone()).namespace("shop").share([name]).start().unwrap();
    eventually("connected", || fleet.status() == FleetStatus::Connected && shows("connected", 1));
    assert!(shows("state", 0) && shows("votes", 0) && shows("outlier", 0), "{}", page());

    // One of a quorum of two, in a namespace that has just begun.
    breaker.trip();
    eventually("an outlier", || shows("outlier", 1) && shows("votes", 1) && shows("state", 0));

    engine.set_down(true);
    eventually("degraded", || shows("connected", 0) && shows("outlier", 0));
    drop(fleet);
    eventually("gone", || !page().contains("circuit_breaker_fleet_connected{"));
}
