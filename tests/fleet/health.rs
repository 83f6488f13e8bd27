//! The fleet in the health report.

use std::time::Duration;

use breaker_runtime::{
    Config, HealthReport,
    fleet::{Fleet, FleetHealth, FleetState, FleetStatus, MemoryEngine, Mode},
    registry,
};
use serde_json::{Value, from_value, json, to_value};

use crate::{
    in_process::{connected, quick, wait},
    nodes::eventually,
};

/// Other tests have fleets in the same registry, so each looks at its own.
fn health(node: &str) -> Option<FleetHealth> {
    registry().health().fleets.into_iter().find(|fleet| fleet.node == node)
}

#[test]
fn it_tells_who_opened_who_probes_and_what_is_set() {
    let name = "health-of-a-fleet";
    let config = Config::builder().recovery_timeout(Duration::from_millis(400)).half_open_max_calls(1);
    let breaker = registry().get_or_create(name, config.success_threshold(1).build().unwrap());
    assert!(health("health-1").is_none());
    let engine = MemoryEngine::new();
    // A local deadline that is later than any jitter before the node asks for its probe.
    let builder = quick(Fleet::with_engine(engine.clone())).node("health-1").grace(Duration::from_secs(2));
    let fleet = builder.share([name]).quorum(1).start().unwrap();
    connected(&fleet);
    eventually("it is in the report", || health("health-1").is_some_and(|seen| seen.get(name).is_some()));
    let seen = health("health-1").unwrap();
    assert_eq!(
        (seen.namespace.as_str(), seen.status, seen.live, seen.malformed),
        ("shop", FleetStatus::Connected, 1, 0)
    );
    let circuit = seen.get(name).unwrap();
    assert_eq!((circuit.state, circuit.votes.len(), &circuit.overridden), (FleetState::Closed, 0, &None));
    assert_eq!(seen, fleet.health());

    breaker.trip();
    eventually("it is open for all", || health("health-1").unwrap().get(name).unwrap().state == FleetState::Open);
    let seen = health("health-1").unwrap();
    let circuit = seen.get(name).unwrap();
    assert_eq!((&circuit.votes[..], circuit.outlier), (&["health-1".to_owned()][..], false));
    assert!(circuit.since.is_some() && circuit.retry_after.is_some());
    eventually("it probes", || {
        // A call that is rejected wants a probe; one that is admitted stays out.
        let _ = breaker.try_acquire().map(std::mem::forget);
        health("health-1").unwrap().get(name).unwrap().prober.as_deref() == Some("health-1")
    });
    assert_eq!(health("health-1").unwrap().get(name).unwrap().state, FleetState::Probing);

    wait(fleet.force_open(name).by("ann").because("INC\n4711").lasting(Duration::from_secs(3600))).unwrap();
    let overridden = || health("health-1").unwrap().get(name).unwrap().overridden.clone();
    eventually("an override", || overridden().is_some());
    let set = overridden().unwrap();
    assert_eq!((set.mode, set.by.as_str(), set.because.as_str()), (Mode::ForcedOpen, "ann", "INC\n4711"));
    assert_eq!(set.until, Some(set.since + Duration::from_secs(3600)));
    // One line for each, whatever was written.
    let text = registry().health().to_string();
    let line = text.lines().find(|line| line.starts_with("fleet shop: health-of-a-fleet: ")).unwrap();
    assert!(line.ends_with(", forced_open by ann: INC\\n4711"), "{line}");
    assert!(text.lines().any(|line| line == "fleet shop: connected, 1 node"), "{text}");

    engine.set_down(true);
    eventually("degraded", || matches!(health("health-1").unwrap().status, FleetStatus::Degraded { .. }));
    assert!(overridden().is_some(), "what it heard last");
    drop(fleet);
    assert!(health("health-1").is_none());
}

#[test]
fn an_outlier_says_so() {
    let name = "health-outlier";
    let breaker = registry().get_or_create(name, Config::default());
    let fleet = quick(Fleet::with_engine(MemoryEngine::new())).node("health-2").share([name]).start().unwrap();
    connected(&fleet);
    breaker.trip();
    // One of a quorum of two, in a namespace that has just begun.
    eventually("an outlier", || health("health-2").unwrap().get(name).is_some_and(|circuit| circuit.outlier));
    let view = wait(fleet.view()).unwrap();
    assert!(view.get(name).unwrap().outlier);
    assert_eq!(view.get(name).unwrap().state, FleetState::Closed);
}

#[test]
fn it_is_data_and_without_a_fleet_it_is_not_there() {
    let name = "health-data";
    registry().get_or_create(name, Config::default());
    let engine = MemoryEngine::new();
    let fleet = quick(Fleet::with_engine(engine.clone())).node("health-3").share([name]).start().unwrap();
    connected(&fleet);
    wait(fleet.disable(name).by("ann")).unwrap();
    eventually("an override", || fleet.health().get(name).is_some_and(|circuit| circuit.overridden.is_some()));
    let data = to_value(fleet.health()).unwrap();
    assert_eq!(data["status"], "connected");
    assert_eq!((&data["namespace"], &data["node"], &data["live"]), (&json!("shop"), &json!("health-3"), &json!(1)));
    let circuit = &data["circuits"][0];
    assert_eq!((&circuit["name"], &circuit["state"], &circuit["votes"]), (&json!(name), &json!("closed"), &json!([])));
    let set = &circuit["overridden"];
    assert_eq!((&set["mode"], &set["by"], &set["until"]), (&json!("disabled"), &json!("ann"), &Value::Null));
    engine.set_down(true);
    eventually("degraded", || fleet.status() != FleetStatus::Connected);
    let data = to_value(fleet.health()).unwrap();
    assert!(data["status"] == "degraded" && data["degraded_since"].is_f64(), "{data}");
    // It comes back, but for fractions of a millisecond.
    let back: FleetHealth = from_value(data.clone()).unwrap();
    assert_eq!(to_value(back).unwrap(), data);

    let report = to_value(registry().health()).unwrap();
    assert!(report["fleets"].as_array().unwrap().iter().any(|fleet| fleet["node"] == "health-3"));
    let without: HealthReport = from_value(json!({ "healthy": true, "breakers": [] })).unwrap();
    assert_eq!(to_value(without).unwrap(), json!({ "healthy": true, "breakers": [] }));
}
