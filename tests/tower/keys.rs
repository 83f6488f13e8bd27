//! One circuit for each key of a request.

use std::{future::ready, sync::Arc};

use breaker_runtime::{CircuitBreakerFamily, Config, State, integration::tower::CircuitBreakerLayer, registry};
use tokio::sync::Semaphore;
use tokio_test::{assert_pending, assert_ready, assert_ready_ok, task};
use tower::{Layer, limit::GlobalConcurrencyLimitLayer, service_fn};
use tower_test::mock::{self, Spawn};

use crate::support::is_rejected;

fn family() -> Arc<CircuitBreakerFamily> {
    Arc::new(CircuitBreakerFamily::new("hosts", Config::builder().failure_threshold(1).build().unwrap()))
}

fn tens(request: &u32) -> u32 {
    request / 10
}

#[test]
fn a_key_that_is_down_does_not_close_the_others_off() {
    let family = family();
    let inner = service_fn(|request: u32| ready(if request < 10 { Err("down") } else { Ok(request) }));
    let mut service = Spawn::new(CircuitBreakerLayer::keyed(&family, tens).layer(inner));
    let mut ask = |request: u32| {
        assert_ready_ok!(service.poll_ready::<u32>());
        assert_ready!(task::spawn(service.call(request)).poll())
    };
    assert!(!is_rejected(&ask(1)));
    let rejected = ask(2).unwrap_err();
    assert_eq!(&*rejected.open().unwrap().name, "hosts[0]");
    assert_eq!(ask(10).unwrap(), 10);
    assert_eq!((family.get(0).state(), family.get(1).state()), (State::Open, State::Closed));
}

#[test]
fn readiness_is_the_inner_services_since_the_key_comes_with_the_request() {
    let family = family();
    family.get(0).trip();
    let (mut service, mut handle) = mock::spawn_layer::<u32, u32, _>(CircuitBreakerLayer::keyed(&family, tens));
    handle.allow(0);
    assert_pending!(service.poll_ready());
    handle.allow(1);
    assert_ready_ok!(service.poll_ready());
    assert!(is_rejected(&assert_ready!(task::spawn(service.call(1)).poll())));
    assert_pending!(handle.poll_request());
}

#[test]
fn trap_a_rejected_key_gives_back_the_place_that_was_reserved() {
    let family = family();
    family.get(0).trip();
    let places = Arc::new(Semaphore::new(1));
    let inner = GlobalConcurrencyLimitLayer::with_semaphore(Arc::clone(&places))
        .layer(service_fn(|request: u32| ready(Ok::<u32, String>(request))));
    let mut service = Spawn::new(CircuitBreakerLayer::keyed(&family, tens).layer(inner));
    assert_ready_ok!(service.poll_ready::<u32>());
    assert_eq!(places.available_permits(), 0);
    assert!(is_rejected(&assert_ready!(task::spawn(service.call(1)).poll())));
    assert_eq!(places.available_permits(), 1);
    assert_ready_ok!(service.poll_ready::<u32>());
    assert_eq!(assert_ready_ok!(task::spawn(service.call(10)).poll()), 10);
}

#[test]
fn a_family_of_the_registry_or_by_value_will_do() {
    let registered = registry().get_or_create_family("keys-of-a-layer", Config::default(), 8);
    let inner = service_fn(|request: u32| ready(Ok::<u32, String>(request)));
    for layer in [
        CircuitBreakerLayer::keyed(registered, tens as fn(&u32) -> u32),
        CircuitBreakerLayer::keyed(CircuitBreakerFamily::new("own", Config::default()), tens as fn(&u32) -> u32),
    ] {
        let mut service = Spawn::new(layer.layer(inner));
        assert_ready_ok!(service.poll_ready::<u32>());
        assert_eq!(assert_ready_ok!(task::spawn(service.call(3)).poll()), 3);
    }
    assert_eq!(registered.get(0).snapshot().successes, 1);
}
