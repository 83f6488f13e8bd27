//! Breakers that are not in the registry.

use std::sync::{Arc, LazyLock};

use breaker_runtime::{
    CircuitBreaker, CircuitBreakerFamily, Config,
    integration::{Scope, prometheus::CircuitBreakerCollector},
    registry,
};
use prometheus::{Registry, TextEncoder};

use crate::text::{Samples, of_service, parse};

pub(crate) fn scrape(scope: Scope) -> Samples {
    let metrics = Registry::new();
    metrics.register(Box::new(CircuitBreakerCollector::new(scope))).unwrap();
    parse(&TextEncoder::new().encode_to_string(&metrics.gather()).unwrap())
}

#[test]
fn a_breaker_of_ones_own_is_shown_if_asked_for() {
    static FIXED: LazyLock<CircuitBreaker> = LazyLock::new(|| CircuitBreaker::new("scope-static", Config::default()));
    let shared = Arc::new(CircuitBreaker::new("scope-shared", Config::default()));
    let family = Arc::new(CircuitBreakerFamily::new("scope-family", Config::default()));
    shared.trip();
    let samples = scrape(Scope::registry().with(&*FIXED).with(Arc::clone(&shared)).with_family(family));
    let state = |service| of_service(&samples, service)["circuit_breaker_state"];
    assert_eq!(["scope-static", "scope-shared", "scope-family"].map(state), [0.0, 2.0, 0.0]);
    assert!(of_service(&scrape(Scope::registry()), "scope-shared").is_empty());
}

#[test]
fn breakers_of_one_name_are_one_service() {
    let registered = registry().get_or_create("scope-twice", Config::default());
    let other = Arc::new(CircuitBreaker::new("scope-twice", Config::default()));
    for breaker in [registered, &other] {
        let _ = breaker.call(|| Err::<(), _>(()));
    }
    other.trip();
    let samples = of_service(&scrape(Scope::registry().with(other)), "scope-twice");
    assert_eq!((samples["circuit_breaker_failures_total"], samples["circuit_breaker_state"]), (2.0, 2.0));
}
