//! A service that is steered through an incident by its settings file alone.

use std::{env, fs, io, path::PathBuf, time::Duration};

use breaker_runtime::{
    State, circuit_breaker,
    integration::prometheus::CircuitBreakerCollector,
    registry,
    settings::Settings,
    testing::{Isolated, isolated},
};
use prometheus::{Registry, TextEncoder};

#[circuit_breaker(name = "payments", failure_threshold = 3, fallback = |_| Ok("queued"), handle = payments)]
fn pay(up: bool) -> io::Result<&'static str> {
    if up { Ok("paid") } else { Err(io::ErrorKind::TimedOut.into()) }
}

/// What a service does every few seconds, or when the file changes.
fn reload(file: &PathBuf) {
    if let Err(error) = Settings::from_file(file).and_then(Settings::install) {
        // It goes on with what it had.
        eprintln!("{error}");
    }
}

fn page(metrics: &Registry) -> String {
    TextEncoder::new().encode_to_string(&metrics.gather()).unwrap()
}

#[test]
fn a_mode_in_the_file_and_back_with_health_and_metrics_following() {
    let scope: Isolated = isolated();
    let file = env::temp_dir().join(format!("breaker-steered-{}.toml", std::process::id()));
    let write = |text: &str| {
        fs::write(&file, text).unwrap();
        reload(&file);
    };
    let metrics = Registry::new();
    metrics.register(Box::new(CircuitBreakerCollector::default())).unwrap();
    let shows = |line: &str| assert!(page(&metrics).lines().any(|shown| shown == line), "{line}\n{}", page(&metrics));

    write("[payments]\nfailure_threshold = 5\n");
    assert_eq!(pay(true).unwrap(), "paid");
    shows(r#"circuit_breaker_state{service="payments"} 0"#);

    // The provider asks to be left alone: the circuit is opened by the file, before anything fails.
    write("[payments]\nfailure_threshold = 5\nmode = \"forced_open\"\n");
    assert_eq!(pay(true).unwrap(), "queued");
    scope.clock().advance(Duration::from_secs(86_400));
    assert_eq!(pay(true).unwrap(), "queued", "time alone does not open it");
    assert_eq!(registry().health().get("payments").unwrap().state, State::ForcedOpen);
    shows(r#"circuit_breaker_state{service="payments"} 2"#);
    shows(r#"circuit_breaker_status{service="payments",state="forced_open"} 1"#);
    shows(r#"circuit_breaker_calls_total{service="payments",result="rejected"} 2"#);

    // A slip of the pen changes nothing.
    write("[payments]\nfailure_threshold = 5\nmode = \"closed\"\n");
    assert_eq!(payments().state(), State::ForcedOpen);

    // First it is watched only.
    write("[payments]\nfailure_threshold = 5\nmode = \"metrics_only\"\n");
    for _ in 0..6 {
        assert_eq!(pay(false).unwrap(), "queued");
    }
    assert_eq!(payments().state(), State::MetricsOnly);
    shows(r#"circuit_breaker_status{service="payments",state="metrics_only"} 1"#);

    // Then it is as before.
    write("[payments]\nfailure_threshold = 5\n");
    assert_eq!((pay(true).unwrap(), payments().state()), ("paid", State::Closed));
    assert!(registry().health().healthy);
    shows(r#"circuit_breaker_state{service="payments"} 0"#);
    shows(r#"circuit_breaker_transitions_total{service="payments",from="closed",to="forced_open"} 1"#);
    shows(r#"circuit_breaker_transitions_total{service="payments",from="forced_open",to="metrics_only"} 1"#);
    shows(r#"circuit_breaker_transitions_total{service="payments",from="metrics_only",to="closed"} 1"#);
    let states: Vec<_> = registry().recent().iter().map(|t| t.to).collect();
    let expected = [State::ForcedOpen, State::MetricsOnly, State::MetricsOnly, State::Closed];
    assert_eq!(states, expected, "the third is that it would have opened");
    fs::remove_file(&file).unwrap();
}
