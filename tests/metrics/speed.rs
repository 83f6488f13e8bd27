//! What a scrape costs: `cargo test --release -p breaker-tests --test metrics -- --ignored --nocapture`.

use std::{hint::black_box, time::Duration};

use breaker_runtime::{
    Config,
    integration::{metrics::CircuitBreakerPublisher, prometheus::CircuitBreakerCollector, prometheus_client},
    registry,
};
use metrics::with_local_recorder;
use metrics_exporter_prometheus::PrometheusBuilder;
use prometheus::{Registry, TextEncoder};

/// The shortest of many, since what else the machine does only adds.
#[expect(clippy::disallowed_methods, reason = "this measures")]
fn time(what: &str, mut run: impl FnMut()) -> Duration {
    let least = (0..200).map(|_| {
        let start = std::time::Instant::now();
        run();
        start.elapsed()
    });
    let least = least.min().unwrap();
    println!("{what}: {least:?}");
    least
}

#[test]
#[ignore = "timed: wants an optimised build and a process of its own"]
fn a_scrape_of_a_hundred_breakers_takes_less_than_a_millisecond() {
    for number in 0..100 {
        let breaker = registry().get_or_create(format!("speed-{number}"), Config::default());
        let _ = breaker.call(|| Err::<(), _>(()));
    }
    let tikv = Registry::new();
    tikv.register(Box::new(CircuitBreakerCollector::default())).unwrap();
    let mut client = ::prometheus_client::registry::Registry::default();
    client.register_collector(Box::<prometheus_client::CircuitBreakerCollector>::default());
    let recorder = PrometheusBuilder::new().build_recorder();
    let mut publisher = with_local_recorder(&recorder, CircuitBreakerPublisher::default);

    let mut page = String::new();
    let scrapes = [
        time("prometheus, gathered", || drop(black_box(tikv.gather()))),
        time("prometheus, as text", || drop(black_box(TextEncoder::new().encode_to_string(&tikv.gather())))),
        time("prometheus-client, as text", || {
            page.clear();
            ::prometheus_client::encoding::text::encode(&mut page, &client).unwrap();
        }),
        time("metrics, published", || with_local_recorder(&recorder, || publisher.publish())),
    ];
    let most = scrapes.into_iter().max().unwrap();
    assert!(most < Duration::from_millis(1), "{most:?}");
}
