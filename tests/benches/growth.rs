//! What a program's memory grows by where it is used as it should not be, or for long:
//! `cargo bench -p breaker-tests --bench growth`. Prints a table; takes about a minute.

use std::{fs, time::Duration};

use breaker_runtime::{
    CircuitBreakerFamily, Config, ConfigBuilder,
    integration::{
        Scope, metrics::CircuitBreakerPublisher, opentelemetry::observe, prometheus::CircuitBreakerCollector,
        prometheus_client,
    },
    registry,
};
use metrics::with_local_recorder;
use metrics_exporter_prometheus::PrometheusBuilder;
use opentelemetry::metrics::MeterProvider;
use opentelemetry_sdk::metrics::{InMemoryMetricExporter, PeriodicReader, SdkMeterProvider};

const MILLION: u64 = 1_000_000;
const MAX_KEYS: usize = 1000;
/// As many keys come between two scrapes.
const KEYS_A_SCRAPE: u64 = 5000;

/// The memory of the process that is resident, in bytes.
fn resident() -> i64 {
    let pages = fs::read_to_string("/proc/self/statm").expect("Linux tells it");
    let pages: i64 = pages.split(' ').nth(1).and_then(|pages| pages.parse().ok()).expect("the second figure");
    pages * 4096
}

/// Says what the second half of the work adds: the first warms everything up.
fn print(what: &str, mut work: impl FnMut(u64)) {
    let start = resident();
    (0..MILLION / 2).for_each(&mut work);
    let half = resident();
    (MILLION / 2..MILLION).for_each(work);
    let mebibytes = |bytes: i64| bytes as f64 / f64::from(1 << 20);
    println!("| {what} | {:.1} MiB | {:.1} MiB |", mebibytes(half - start), mebibytes(resident() - half));
}

/// Each of them differs from all others.
fn config(number: u64) -> ConfigBuilder {
    Config::builder().recovery_timeout(Duration::from_micros(1 + number))
}

/// A call for each of a million keys, and a scrape now and then.
fn flood(exporter: &str, family: &'static CircuitBreakerFamily, mut scrape: impl FnMut()) {
    print(&format!("a million keys, `max_keys = {MAX_KEYS}`, each key exported by {exporter}"), |number| {
        let breaker = family.get(format_args!("host-{number:07}.example.com"));
        let _ = breaker.call(|| if number % 100 == 0 { Err(()) } else { Ok(()) });
        if number % KEYS_A_SCRAPE == 0 {
            scrape();
        }
    });
    assert_eq!(family.totals().successes + family.totals().failures, MILLION);
    assert!(family.len() <= MAX_KEYS);
}

fn family(name: &'static str) -> (&'static CircuitBreakerFamily, Scope) {
    // Not in the registry: each exporter sees its own alone.
    let family: &CircuitBreakerFamily =
        Box::leak(Box::new(CircuitBreakerFamily::new(name, Config::default()).with_max_keys(MAX_KEYS)));
    (family, Scope::registry().with_family(family).by_key())
}

fn main() {
    println!("| what | first half million | second |\n|---|---|---|");
    print("`get_or_create(name, other_config)`", |number| {
        let _ = registry().get_or_create("differing", config(number).build().expect("in range"));
    });
    print("`get_or_create_family(name, other_config, max_keys)`", |number| {
        let _ = registry().get_or_create_family("differing-family", config(number).build().expect("in range"), 10);
    });

    let (hosts, _) = family("unexported");
    flood("nobody", hosts, || {});

    let (hosts, scope) = family("prometheus");
    let prometheus = prometheus::Registry::new();
    prometheus.register(Box::new(CircuitBreakerCollector::new(scope))).expect("the first");
    flood("`prometheus`", hosts, || drop(prometheus.gather()));

    let (hosts, scope) = family("prometheus-client");
    let mut client = ::prometheus_client::registry::Registry::default();
    client.register_collector(Box::new(prometheus_client::CircuitBreakerCollector::new(scope)));
    let mut page = String::new();
    flood("`prometheus-client`", hosts, || {
        page.clear();
        ::prometheus_client::encoding::text::encode(&mut page, &client).expect("a String takes all");
    });

    let (hosts, scope) = family("opentelemetry");
    let exporter = InMemoryMetricExporter::default();
    let provider = SdkMeterProvider::builder().with_reader(PeriodicReader::builder(exporter.clone()).build()).build();
    observe(&provider.meter("growth"), scope);
    flood("`opentelemetry`", hosts, || {
        provider.force_flush().expect("it goes to memory");
        exporter.reset();
    });

    let (hosts, scope) = family("metrics");
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    let mut publisher = with_local_recorder(&recorder, || CircuitBreakerPublisher::new(scope));
    flood("`metrics`, whose recorder forgets no series", hosts, || {
        with_local_recorder(&recorder, || publisher.publish());
        handle.run_upkeep();
    });
}
