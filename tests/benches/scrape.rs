//! What a scrape of a hundred breakers costs, by each exporter: `cargo bench -p breaker-tests --bench scrape`.

use std::time::Duration;

use breaker_runtime::{
    Config,
    integration::{metrics::CircuitBreakerPublisher, prometheus::CircuitBreakerCollector, prometheus_client},
    registry,
};
use criterion::Criterion;
use metrics::with_local_recorder;
use metrics_exporter_prometheus::PrometheusBuilder;
use prometheus::{Registry, TextEncoder};

fn main() {
    for number in 0..100 {
        let breaker = registry().get_or_create(format!("scraped-{number}"), Config::default());
        let _ = breaker.call(|| Err::<(), _>(()));
    }
    let tikv = Registry::new();
    tikv.register(Box::new(CircuitBreakerCollector::default())).unwrap();
    let mut client = ::prometheus_client::registry::Registry::default();
    client.register_collector(Box::<prometheus_client::CircuitBreakerCollector>::default());
    let recorder = PrometheusBuilder::new().build_recorder();
    let mut publisher = with_local_recorder(&recorder, CircuitBreakerPublisher::default);

    let mut criterion =
        Criterion::default().measurement_time(Duration::from_secs(2)).without_plots().configure_from_args();
    let mut page = String::new();
    criterion
        .bench_function("prometheus, gathered", |bencher| bencher.iter(|| tikv.gather()))
        .bench_function("prometheus, as text", |bencher| {
            bencher.iter(|| TextEncoder::new().encode_to_string(&tikv.gather()).unwrap());
        })
        .bench_function("prometheus-client, as text", |bencher| {
            bencher.iter(|| {
                page.clear();
                ::prometheus_client::encoding::text::encode(&mut page, &client).unwrap();
            });
        })
        .bench_function("metrics, published", |bencher| {
            bencher.iter(|| with_local_recorder(&recorder, || publisher.publish()));
        });
}
