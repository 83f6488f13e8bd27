//! Keyed breakers.

use breaker_runtime::{CircuitBreakerFamily, Config, integration::Scope, registry};

use crate::{
    scope::scrape,
    text::{Samples, of_service},
};

fn fail(family: &CircuitBreakerFamily, key: &str) {
    let _ = family.get(key).call(|| Err::<(), _>(()));
}

fn calls(samples: &Samples, result: &str) -> f64 {
    samples[&format!(r#"circuit_breaker_calls_total{{result="{result}"}}"#)]
}

#[test]
fn keys_are_summed_under_the_familys_name_and_show_the_worst_state() {
    let config = Config::builder().failure_threshold(2).build().unwrap();
    let hosts = registry().get_or_create_family("metrics-hosts", config, 10);
    let seen = || of_service(&scrape(Scope::registry()), "metrics-hosts");
    assert_eq!(seen()["circuit_breaker_state"], 0.0);
    fail(hosts, "a");
    fail(hosts, "b");
    fail(hosts, "b");
    fail(hosts, "b");
    let now = seen();
    assert_eq!((now["circuit_breaker_state"], calls(&now, "failure"), calls(&now, "rejected")), (2.0, 3.0, 1.0));
    assert_eq!(now[r#"circuit_breaker_transitions_total{from="closed",to="open"}"#], 1.0);
    hosts.get("b").reset();
    assert_eq!(seen()["circuit_breaker_state"], 0.0);
}

#[test]
fn what_an_evicted_key_counted_stays() {
    let tenants = registry().get_or_create_family("metrics-tenants", Config::default(), 2);
    for tenant in 0..100 {
        let _ = tenants.get(tenant).call(|| Ok::<_, ()>(()));
    }
    let now = of_service(&scrape(Scope::registry()), "metrics-tenants");
    assert_eq!((tenants.len(), calls(&now, "success")), (2, 100.0));
}

#[test]
fn the_rate_is_that_of_the_keys_that_are_judged() {
    let config = Config::builder().failure_rate(1.0).window(10).min_calls(2).build().unwrap();
    let shards = registry().get_or_create_family("metrics-shards", config, 10);
    let seen = || of_service(&scrape(Scope::registry()), "metrics-shards").get("circuit_breaker_failure_rate").copied();
    fail(shards, "a");
    fail(shards, "b");
    assert_eq!(seen(), None);
    let _ = shards.get("a").call(|| Ok::<_, ()>(()));
    assert_eq!(seen(), Some(0.5));
}

#[test]
fn each_key_is_a_service_if_asked_for() {
    let queues = registry().get_or_create_family("metrics-queues", Config::default(), 10);
    fail(queues, "mail");
    let samples = scrape(Scope::registry().by_key());
    assert_eq!(calls(&of_service(&samples, "metrics-queues[mail]"), "failure"), 1.0);
    assert!(of_service(&samples, "metrics-queues").is_empty());
}

#[test]
fn calls_without_room_are_counted() {
    let full = registry().get_or_create_family("metrics-full", Config::default(), 1);
    full.get("open").trip();
    fail(full, "no room");
    let now = of_service(&scrape(Scope::registry()), "metrics-full");
    assert_eq!(now["circuit_breaker_unguarded_calls_total"], 1.0);
    let now = of_service(&scrape(Scope::registry().by_key()), "metrics-full[*]");
    assert_eq!(now["circuit_breaker_unguarded_calls_total"], 1.0);
}

#[test]
fn fault_38_a_breaker_that_is_named_as_a_key_is_told_apart() {
    let family = registry().get_or_create_family("metrics-named", Config::default(), 10);
    let single = registry().get_or_create("metrics-named[a]", Config::default());
    fail(family, "a");
    fail(family, "*");
    let _ = single.call(|| Ok::<_, ()>(()));
    let samples = scrape(Scope::registry().by_key());
    let seen = |service| of_service(&samples, service);
    assert_eq!((calls(&seen("metrics-named[a]"), "success"), calls(&seen("metrics-named[a]"), "failure")), (1.0, 0.0));
    assert_eq!(calls(&seen("metrics-named[a]#2"), "failure"), 1.0);
    assert_eq!(calls(&seen(r"metrics-named[\\*]"), "failure"), 1.0);
}

#[test]
fn a_family_is_open_since_its_first_key_is() {
    let clock = breaker_runtime::testing::ManualClock::new();
    let config = Config::builder().failure_threshold(1).failure_rate(0.5).window(10).min_calls(10).build().unwrap();
    let lanes = registry().get_or_create_family("metrics-lanes", config, 10);
    lanes.set_clock(clock.clone());
    let opened = || {
        let samples = of_service(&scrape(Scope::registry()), "metrics-lanes");
        samples.into_iter().find(|(series, _)| series.contains("open_since"))
    };
    clock.advance(std::time::Duration::from_secs(5));
    fail(lanes, "a");
    clock.advance(std::time::Duration::from_secs(5));
    lanes.get("b").trip();
    let series = |why| format!(r#"circuit_breaker_open_since_timestamp_seconds{{reason="{why}"}}"#);
    assert_eq!(opened(), Some((series("failure threshold reached"), 5.0)));
    lanes.get("a").reset();
    assert_eq!(opened(), Some((series("manual"), 10.0)));
    lanes.get("b").reset();
    assert_eq!(opened(), None);
}
