//! `poll_ready`, and what stands between it and `call`.

use std::sync::Arc;

use breaker_runtime::{CallError, State};
use tokio::sync::Semaphore;
use tokio_test::{assert_pending, assert_ready, assert_ready_ok, task};
use tower::{Layer, ServiceBuilder, limit::GlobalConcurrencyLimitLayer};
use tower_test::mock;

use crate::support::{WAIT, answer, breaker, counts, guard, is_rejected, mocked, small};

#[test]
fn it_is_ready_when_the_inner_service_is() {
    let (breaker, _) = breaker(small());
    let (mut service, mut handle) = mocked(&breaker);
    handle.allow(0);
    assert_pending!(service.poll_ready());
    assert!(!service.is_woken());
    handle.allow(1);
    assert!(service.is_woken());
    assert_ready_ok!(service.poll_ready());

    let mut call = task::spawn(service.call(1));
    assert_pending!(call.poll());
    answer(&mut handle, 1, Ok(10));
    assert_eq!(assert_ready_ok!(call.poll()), 10);
    assert_eq!(counts(&breaker), [1, 0, 0, 0, 0]);
}

#[test]
fn trap_a_rejection_is_no_error_of_poll_ready() {
    let (breaker, _) = breaker(small());
    breaker.trip();
    let (mut service, mut handle) = mocked(&breaker);
    handle.allow(0);
    assert_ready_ok!(service.poll_ready()); // and it does not wait for an inner service that it will not call
    let rejected = assert_ready!(task::spawn(service.call(1)).poll()).unwrap_err();
    let open = rejected.open().expect("it was rejected");
    assert_eq!((&*open.name, open.state, open.retry_after), ("test", State::Open, Some(WAIT)));
    assert_pending!(handle.poll_request());
    assert_eq!(counts(&breaker), [0, 0, 0, 0, 1]);
}

#[test]
fn trap_a_remembered_rejection_is_not_upgraded_to_an_admission() {
    let (breaker, _) = breaker(small());
    let (mut service, mut handle) = mocked(&breaker);
    handle.allow(0); // a call of it would panic: it was never ready
    breaker.trip();
    assert_ready_ok!(service.poll_ready());
    breaker.reset();
    let rejected = assert_ready!(task::spawn(service.call(1)).poll());
    assert!(is_rejected(&rejected));
    assert_eq!(counts(&breaker), [0, 0, 0, 0, 1]);
    assert_pending!(service.poll_ready()); // the next one waits its turn
}

#[test]
fn trap_a_remembered_rejection_takes_no_probe() {
    let (breaker, clock) = breaker(small());
    let (mut service, _handle) = mocked(&breaker);
    breaker.trip();
    assert_ready_ok!(service.poll_ready());
    clock.advance(WAIT);
    assert!(is_rejected(&assert_ready!(task::spawn(service.call(1)).poll())));
    let probe = breaker.try_acquire().expect("the one probe is there for who asked when it was");
    probe.success();
    assert_eq!(counts(&breaker), [1, 0, 0, 0, 1]);
}

#[test]
fn trap_ready_stays_ready_until_the_call() {
    let (breaker, _) = breaker(small());
    let (mut service, mut handle) = mocked(&breaker);
    handle.allow(0);
    breaker.trip();
    assert_ready_ok!(service.poll_ready());
    breaker.reset();
    assert_ready_ok!(service.poll_ready());
    assert!(is_rejected(&assert_ready!(task::spawn(service.call(1)).poll())));
}

#[test]
fn a_rejection_tells_the_wait_of_the_call_not_of_poll_ready() {
    let (breaker, clock) = breaker(small());
    let (mut service, _handle) = mocked(&breaker);
    breaker.trip();
    assert_ready_ok!(service.poll_ready());
    clock.advance(WAIT / 3);
    let rejected = assert_ready!(task::spawn(service.call(1)).poll()).unwrap_err();
    assert_eq!(rejected.open().unwrap().retry_after, Some(WAIT * 2 / 3));
}

#[test]
fn trap_callers_that_are_rejected_in_poll_ready_end_an_episode_whose_probes_hang() {
    // The next caller comes at the limit, or after it.
    for left in [WAIT / 2, WAIT] {
        let (breaker, clock) = breaker(small().probe_timeout(WAIT));
        let (mut service, _handle) = mocked(&breaker);
        breaker.trip();
        clock.advance(WAIT);
        assert_ready_ok!(service.poll_ready());
        let mut hung = task::spawn(service.call(1));
        assert_pending!(hung.poll());
        for (passed, state) in [(WAIT / 2, State::HalfOpen), (left, State::Open)] {
            clock.advance(passed);
            assert_ready_ok!(service.poll_ready());
            let rejected = assert_ready!(task::spawn(service.call(2)).poll()).unwrap_err();
            assert_eq!(rejected.open().unwrap().state, state);
        }
        assert_eq!((breaker.state(), breaker.snapshot().times_opened), (State::Open, 2));
    }
}

#[test]
fn a_remembered_rejection_ends_no_episode_whose_permit_came_back() {
    let (breaker, clock) = breaker(small().probe_timeout(WAIT));
    let (mut service, _handle) = mocked(&breaker);
    breaker.trip();
    clock.advance(WAIT);
    let probe = breaker.try_acquire().unwrap();
    assert_ready_ok!(service.poll_ready());
    probe.ignore();
    clock.advance(WAIT);
    assert!(is_rejected(&assert_ready!(task::spawn(service.call(1)).poll())));
    assert_eq!((breaker.state(), breaker.snapshot().times_opened), (State::HalfOpen, 1));
}

#[test]
fn trap_the_circuit_is_asked_in_call() {
    let (breaker, _) = breaker(small());
    let (mut service, mut handle) = mocked(&breaker);
    assert_ready_ok!(service.poll_ready());
    breaker.trip();
    assert!(is_rejected(&assert_ready!(task::spawn(service.call(1)).poll())));
    assert_pending!(handle.poll_request());
    assert_eq!(counts(&breaker), [0, 0, 0, 0, 1]);
}

#[test]
fn trap_a_call_that_is_rejected_gives_back_its_place() {
    let (breaker, _) = breaker(small());
    let places = Arc::new(Semaphore::new(1));
    let (inner, _handle) = mock::pair::<u32, u32>();
    let mut service = mock::Spawn::new(guard(
        &breaker,
        GlobalConcurrencyLimitLayer::with_semaphore(Arc::clone(&places)).layer(inner),
    ));
    assert_ready_ok!(service.poll_ready());
    assert_eq!(places.available_permits(), 0);
    breaker.trip();
    assert!(is_rejected(&assert_ready!(task::spawn(service.call(1)).poll())));
    assert_eq!(places.available_permits(), 1); // also while this service is kept
}

#[test]
fn trap_a_rejection_in_poll_ready_gives_back_a_place_too() {
    let (breaker, _) = breaker(small());
    let places = Arc::new(Semaphore::new(1));
    let (inner, mut handle) = mock::pair::<u32, u32>();
    handle.allow(0);
    let mut service = mock::Spawn::new(guard(
        &breaker,
        GlobalConcurrencyLimitLayer::with_semaphore(Arc::clone(&places)).layer(inner),
    ));
    assert_pending!(service.poll_ready()); // it has its place, and waits for the service behind
    assert_eq!(places.available_permits(), 0);
    breaker.trip();
    assert_ready_ok!(service.poll_ready());
    assert_eq!(places.available_permits(), 1);
}

#[test]
fn trap_an_error_of_poll_ready_is_handed_on_and_counts_nothing() {
    let (breaker, _) = breaker(small());
    let (mut service, mut handle) = mocked(&breaker);
    handle.send_error("the connection is gone");
    let error = assert_ready!(service.poll_ready()).unwrap_err();
    assert!(matches!(error, CallError::Failed(error) if error.to_string() == "the connection is gone"));
    assert_eq!(counts(&breaker), [0; 5]);
}

#[test]
fn the_limit_inside_bounds_what_the_circuit_admits() {
    let (breaker, _) = breaker(small());
    let (inner, mut handle) = mock::pair::<u32, u32>();
    let limited = ServiceBuilder::new().concurrency_limit(1).service(inner);
    let mut service = mock::Spawn::new(guard(&breaker, limited));
    assert_ready_ok!(service.poll_ready());
    let mut first = task::spawn(service.call(1));
    assert_pending!(first.poll());
    assert_pending!(service.poll_ready());
    answer(&mut handle, 1, Ok(1));
    assert_ready_ok!(first.poll());
    drop(first);
    assert_ready_ok!(service.poll_ready());
    assert_eq!(counts(&breaker), [1, 0, 0, 0, 0]);
}
