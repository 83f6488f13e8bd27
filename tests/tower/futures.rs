//! The response future: the call from its beginning to its end.

use std::{
    future::{poll_fn, ready},
    sync::Arc,
    task::Poll,
    time::Duration,
};

use breaker_runtime::{OnCancel, State};
use tokio_test::{assert_pending, assert_ready, assert_ready_err, assert_ready_ok, task};
use tower::service_fn;
use tower_test::mock::Spawn;

use crate::support::{WAIT, answer, breaker, counts, guard, is_rejected, mocked, small};

#[test]
fn a_call_is_settled_when_it_resolves() {
    let (breaker, _) = breaker(small());
    let (mut service, mut handle) = mocked(&breaker);
    for request in 0..2 {
        assert_ready_ok!(service.poll_ready());
        let mut call = task::spawn(service.call(request));
        assert_pending!(call.poll());
        assert_eq!(counts(&breaker), [0, u64::from(request), 0, 0, 0]); // it is in flight
        answer(&mut handle, request, Err("down".into()));
        assert_ready_err!(call.poll());
        assert_eq!(counts(&breaker), [0, u64::from(request) + 1, 0, 0, 0]);
    }
    assert_eq!(breaker.state(), State::Open);
}

#[test]
fn trap_a_dropped_future_is_a_cancelled_call() {
    let (breaker, clock) = breaker(small());
    let (mut service, _handle) = mocked(&breaker);
    assert_ready_ok!(service.poll_ready());
    drop(service.call(1)); // never polled, but the inner service has it
    assert_ready_ok!(service.poll_ready());
    let mut polled = task::spawn(service.call(2));
    assert_pending!(polled.poll());
    drop(polled);
    assert_eq!(counts(&breaker), [0, 0, 0, 2, 0]);

    // A probe gives its permit back.
    breaker.trip();
    clock.advance(WAIT);
    assert_ready_ok!(service.poll_ready());
    drop(service.call(3));
    assert_eq!(breaker.state(), State::HalfOpen);
    assert!(breaker.try_acquire().is_ok());
}

#[test]
fn a_cancelled_call_is_what_the_settings_say() {
    let (breaker, _) = breaker(small().on_cancel(OnCancel::Failure));
    let (mut service, _handle) = mocked(&breaker);
    for _ in 0..2 {
        assert_ready_ok!(service.poll_ready());
        drop(service.call(1));
    }
    assert_eq!((breaker.state(), counts(&breaker)), (State::Open, [0, 2, 0, 0, 0]));
}

#[test]
fn a_rejected_call_is_counted_once_polled_or_not() {
    let (breaker, _) = breaker(small());
    let (mut service, _handle) = mocked(&breaker);
    breaker.trip();
    assert_ready_ok!(service.poll_ready());
    drop(service.call(1));
    assert_ready_ok!(service.poll_ready());
    let mut rejected = task::spawn(service.call(2));
    for _ in 0..2 {
        assert!(is_rejected(&assert_ready!(rejected.poll())));
    }
    assert_eq!(counts(&breaker), [0, 0, 0, 0, 2]);
}

#[test]
fn a_call_is_slow_by_the_time_to_its_answer() {
    let (breaker, clock) = breaker(small().slow_call_duration(Duration::from_secs(1)).slow_call_rate(0.5).min_calls(1));
    let (mut service, mut handle) = mocked(&breaker);
    for (took, slow) in [(1_000, 0), (1_001, 1)] {
        assert_ready_ok!(service.poll_ready());
        let mut call = task::spawn(service.call(1));
        assert_pending!(call.poll());
        clock.advance(Duration::from_millis(took));
        answer(&mut handle, 1, Ok(1));
        assert_ready_ok!(call.poll());
        assert_eq!(breaker.snapshot().slow, slow);
    }
    assert_eq!(breaker.state(), State::Open);
}

#[test]
fn a_result_from_before_the_outage_changes_nothing() {
    let (breaker, clock) = breaker(small());
    let (mut service, mut handle) = mocked(&breaker);
    assert_ready_ok!(service.poll_ready());
    let mut straggler = task::spawn(service.call(1));
    assert_pending!(straggler.poll());
    breaker.trip();
    clock.advance(WAIT);
    assert_ready_ok!(service.poll_ready());
    let mut probe = task::spawn(service.call(2));
    assert_pending!(probe.poll());
    answer(&mut handle, 1, Err("down".into()));
    assert_ready_err!(straggler.poll());
    assert_eq!(breaker.state(), State::HalfOpen);
    answer(&mut handle, 2, Ok(2));
    assert_ready_ok!(probe.poll());
    assert_eq!((breaker.state(), counts(&breaker)), (State::Closed, [1, 1, 0, 0, 0]));
}

#[test]
fn trap_a_call_of_the_same_circuit_inside_a_probe_rides_on_it() {
    let (breaker, clock) = breaker(small());
    let same = Arc::clone(&breaker);
    // Asked in `call`, and asked again in each poll.
    let inner = service_fn(move |request: u32| {
        let in_call = same.call(|| Ok::<_, ()>(request));
        let (same, mut polls) = (Arc::clone(&same), 0);
        poll_fn(move |context| {
            polls += 1;
            context.waker().wake_by_ref();
            match same.call(|| Ok::<_, ()>(polls)) {
                Ok(1) => Poll::Pending,
                in_poll => Poll::Ready(in_call.clone().and(in_poll)),
            }
        })
    });
    let mut service = Spawn::new(guard(&breaker, inner));
    breaker.trip();
    clock.advance(WAIT);
    assert_ready_ok!(service.poll_ready::<u32>());
    let mut probe = task::spawn(service.call(1));
    assert_pending!(probe.poll());
    assert_eq!(breaker.rejection().unwrap().state, State::HalfOpen); // of others the one probe is out
    assert_eq!(assert_ready_ok!(probe.poll()), 2);
    assert_eq!((breaker.state(), counts(&breaker)), (State::Closed, [4, 0, 0, 0, 0]));
}

#[test]
fn trap_a_probe_whose_riders_all_failed_proves_nothing() {
    let (breaker, clock) = breaker(small());
    let same = Arc::clone(&breaker);
    let inner = service_fn(move |request: u32| {
        let _failed = same.call(|| Err::<(), _>("down"));
        ready(Ok::<_, ()>(request)) // as if nothing had happened
    });
    let mut service = Spawn::new(guard(&breaker, inner));
    breaker.trip();
    clock.advance(WAIT);
    assert_ready_ok!(service.poll_ready::<u32>());
    assert_ready_ok!(task::spawn(service.call(1)).poll());
    assert_eq!((breaker.state(), counts(&breaker)), (State::HalfOpen, [0, 1, 1, 0, 0]));
}
