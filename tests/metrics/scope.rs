//! Breakers that are not in the registry.

use std::sync::{Arc, LazyLock};

use breaker_runtime::{
    CircuitBreaker, CircuitBreakerFamily, Config,
    integration::{
        Scope, metrics::CircuitBreakerPublisher, opentelemetry::observe, prometheus::CircuitBreakerCollector,
        prometheus_client,
    },
    registry,
};
use metrics::with_local_recorder;
use metrics_exporter_prometheus::PrometheusBuilder;
use opentelemetry::metrics::MeterProvider;
use opentelemetry_sdk::metrics::{InMemoryMetricExporter, SdkMeterProvider};
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

/// What each exporter shows of one breaker, as text.
fn pages(scope: impl Fn() -> Scope) -> [String; 4] {
    let tikv = Registry::new();
    tikv.register(Box::new(CircuitBreakerCollector::new(scope()))).unwrap();

    let mut client = ::prometheus_client::registry::Registry::default();
    client.register_collector(Box::new(prometheus_client::CircuitBreakerCollector::new(scope())));
    let mut page = String::new();
    ::prometheus_client::encoding::text::encode(&mut page, &client).unwrap();

    let exporter = InMemoryMetricExporter::default();
    let provider = SdkMeterProvider::builder().with_periodic_exporter(exporter.clone()).build();
    observe(&provider.meter("test"), scope());
    provider.force_flush().unwrap();

    let recorder = PrometheusBuilder::new().build_recorder();
    with_local_recorder(&recorder, || CircuitBreakerPublisher::new(scope()).publish());

    let tikv = TextEncoder::new().encode_to_string(&tikv.gather()).unwrap();
    [tikv, page, format!("{:?}", exporter.get_finished_metrics().unwrap()), recorder.handle().render()]
}

#[test]
fn fault_40_the_label_of_the_name_can_be_called_otherwise() {
    let mine = Arc::new(CircuitBreaker::new("scope-labelled", Config::default()));
    let pages = pages(|| Scope::registry().with(Arc::clone(&mine)).label("circuit"));
    for page in pages {
        assert!(page.contains("scope-labelled") && page.contains("circuit"), "{page}");
        assert!(!page.contains("service=") && !page.contains("\"service\""), "{page}");
    }
}

#[test]
fn what_cannot_be_a_label_becomes_one() {
    let labels = |label: &str| {
        let [tikv, ..] = pages(|| Scope::registry().label(label));
        let line = tikv.lines().find(|line| line.starts_with("circuit_breaker_state{")).map(str::to_owned);
        line.unwrap().split_once('=').unwrap().0.replace("circuit_breaker_state{", "")
    };
    registry().get_or_create("scope-any", Config::default());
    let written = ["circuit", "a b-ü", "1st", "", "state", "__name__", "result"];
    assert_eq!(written.map(labels), ["circuit", "a_b__", "_1st", "_", "state_", "_name__", "result_"]);
}
