//! Several nodes in one process, each with a registry of its own, on an engine in memory.

use std::{
    future::IntoFuture,
    sync::{Arc, Weak},
    time::Duration,
};

use breaker_runtime::{
    CircuitBreaker, Config, State,
    fleet::{
        Change, Changed, Engine, EngineError, Fleet, FleetBuilder, FleetError, FleetStatus, MemoryEngine, News, Poll,
        Polled,
    },
    registry,
};

use crate::nodes::eventually;

pub(crate) fn wait<F: IntoFuture>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future.into_future())
}

pub(crate) fn quick(builder: FleetBuilder) -> FleetBuilder {
    builder.namespace("shop").poll(Duration::from_millis(100)).grace(Duration::from_millis(100))
}

pub(crate) fn connected(fleet: &Fleet) {
    eventually("connected", || fleet.status() == FleetStatus::Connected);
}

#[test]
fn an_option_that_cannot_be_is_told_of_at_the_start() {
    let start = |builder: FleetBuilder| builder.start().unwrap_err().to_string();
    let good = || Fleet::with_engine(MemoryEngine::new()).namespace("shop");
    assert_eq!(
        start(Fleet::with_engine(MemoryEngine::new())),
        "`namespace` is missing: write the name of your service"
    );
    assert_eq!(start(good().node("")), "`node` is missing: write a name that no other process has");
    assert_eq!(start(good().node("x".repeat(101))), "`node` has 101 bytes: write at most 100");
    assert_eq!(start(good().quorum(0)), "`quorum` is 0: write 1 to 100");
    assert_eq!(start(good().quorum(101)), "`quorum` is 101: write 1 to 100");
    assert_eq!(start(good().share([""])), "`share` is missing: write the name of a breaker");
    assert_eq!(start(good().ramp(Duration::MAX)), format!("`ramp` is {:?}: write at most an hour", Duration::MAX));
    assert_eq!(start(good().poll(Duration::ZERO)), "`poll` is 0ns: write at least 100ms");
    let address = start(Fleet::builder("http://cache").namespace("shop"));
    assert!(address.starts_with("the address of the engine: "), "{address}");
}

#[test]
fn keys_take_part_if_their_family_is_named() {
    let engine = MemoryEngine::new();
    let family = registry().get_or_create_family("in-process-hosts", Config::default(), 10);
    family.get("a.example");
    let fleet = quick(Fleet::with_engine(engine)).share_keys("in-process-hosts").share(["nothing"]).quorum(1).start();
    let fleet = fleet.unwrap();
    connected(&fleet);
    wait(fleet.force_open("in-process-hosts[a.example]").because("x")).unwrap();
    eventually("the key is forced", || family.get("a.example").state() == State::ForcedOpen);
    assert_eq!(family.get("b.example").state(), State::Closed);
    wait(fleet.force_open("in-process-hosts[b.example]")).unwrap();
    eventually("a key that came later is forced", || family.get("b.example").state() == State::ForcedOpen);
    wait(fleet.reset("in-process-hosts[a.example]")).unwrap();
    assert_eq!(family.get("a.example").state(), State::Closed);
}

#[test]
fn a_breaker_of_the_users_own_takes_part_as_long_as_it_lives() {
    let fleet = quick(Fleet::with_engine(MemoryEngine::new())).share(["in-process-own"]).start().unwrap();
    connected(&fleet);
    let own = Arc::new(CircuitBreaker::new("in-process-own", Config::default()));
    registry().register(Arc::clone(&own));
    wait(fleet.disable("in-process-own")).unwrap();
    eventually("it takes part", || own.state() == State::Disabled);
    let gone: Weak<CircuitBreaker> = Arc::downgrade(&own);
    drop(own);
    eventually("nobody keeps it", || gone.upgrade().is_none());
}

#[test]
fn what_the_fleet_forced_ends_with_it() {
    let breaker = registry().get_or_create("in-process-ends", Config::default());
    let fleet = quick(Fleet::with_engine(MemoryEngine::new())).share(["in-process-ends"]).start().unwrap();
    connected(&fleet);
    let clone = fleet.clone();
    wait(fleet.force_open("in-process-ends")).unwrap();
    drop(fleet);
    assert_eq!(breaker.state(), State::ForcedOpen);
    drop(clone);
    eventually("lifted", || breaker.state() == State::Closed);
}

#[test]
fn an_order_without_an_engine_fails_and_changes_nothing() {
    let breaker = registry().get_or_create("in-process-down", Config::default());
    let engine = MemoryEngine::new();
    engine.set_down(true);
    let fleet = quick(Fleet::with_engine(engine)).share(["in-process-down"]).start().unwrap();
    assert!(matches!(fleet.status(), FleetStatus::Degraded { .. }));
    assert_eq!(wait(fleet.force_open("in-process-down")), Err(FleetError::Unreachable));
    assert_eq!(wait(fleet.view()), Err(FleetError::Unreachable));
    assert!(matches!(wait(fleet.reset("")), Err(FleetError::Option(_))));
    assert_eq!(breaker.state(), State::Closed);
}

/// An engine of a user's own, which panics.
struct Panics;

impl Engine for Panics {
    fn connect(&mut self, _: News) -> Result<(), EngineError> {
        panic!("as it may")
    }

    fn poll(&mut self, _: &Poll) -> Result<Polled, EngineError> {
        panic!("as it may")
    }

    fn change(&mut self, _: &Change) -> Result<Changed, EngineError> {
        panic!("as it may")
    }

    fn leave(&mut self, _: &str) -> Result<(), EngineError> {
        panic!("as it may")
    }

    fn disconnect(&mut self) {
        panic!("as it may")
    }
}

#[test]
fn an_engine_that_panics_is_one_that_is_down() {
    let fleet = quick(Fleet::with_engine(Panics)).share(["nothing"]).start().unwrap();
    std::thread::sleep(Duration::from_millis(500));
    assert!(matches!(fleet.status(), FleetStatus::Degraded { .. }));
    assert_eq!(wait(fleet.view()), Err(FleetError::Unreachable));
}
