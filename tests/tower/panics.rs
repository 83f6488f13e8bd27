//! Panics: whose they are, and that nothing is left half done.

use std::{
    future::{Future, poll_fn, ready},
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::pin,
    task::{Context, Poll, Waker},
};

use breaker_runtime::{CircuitBreakerFamily, Config, State, Verdict, integration::tower::CircuitBreakerLayer};
use tokio_test::{assert_ready_ok, task};
use tower::{Layer, Service, service_fn};
use tower_test::mock::Spawn;

use crate::support::{breaker, counts, guard, mocked, small};

/// Panics without a word in the log of the tests.
fn fall_over() -> ! {
    resume_unwind(Box::new("fell over"))
}

fn panics(program: impl FnOnce()) -> bool {
    catch_unwind(AssertUnwindSafe(program)).is_err()
}

#[test]
fn trap_a_panic_of_the_inner_future_is_a_failure_and_goes_on() {
    let (breaker, _) = breaker(small());
    let inner = service_fn(|_: u32| poll_fn(|_| -> Poll<Result<u32, String>> { fall_over() }));
    let mut service = Spawn::new(guard(&breaker, inner));
    for failures in 1..=2 {
        assert_ready_ok!(service.poll_ready::<u32>());
        let mut call = task::spawn(service.call(1));
        assert!(panics(|| drop(call.poll())));
        assert_eq!(counts(&breaker), [0, failures, 0, 0, 0]);
        drop(call); // and it is not cancelled too
        assert_eq!(counts(&breaker), [0, failures, 0, 0, 0]);
    }
    assert_eq!(breaker.state(), State::Open);
}

#[test]
fn trap_a_panic_in_call_is_a_failure_too() {
    let (breaker, _) = breaker(small());
    let inner = service_fn(|_: u32| {
        if true {
            fall_over();
        }
        ready(Ok::<u32, String>(1))
    });
    let mut service = Spawn::new(guard(&breaker, inner));
    assert_ready_ok!(service.poll_ready::<u32>());
    assert!(panics(|| drop(service.call(1))));
    assert_eq!(counts(&breaker), [0, 1, 0, 0, 0]);
}

#[test]
fn trap_a_panic_of_the_verdict_is_one_of_the_call() {
    fn judge(_: &Result<u32, String>) -> Verdict {
        fall_over()
    }
    let (breaker, _) = breaker(small());
    let layer = CircuitBreakerLayer::new(&breaker).verdict(judge);
    let mut service = Spawn::new(layer.layer(service_fn(|_: u32| ready(Ok::<u32, String>(1)))));
    assert_ready_ok!(service.poll_ready::<u32>());
    let mut call = task::spawn(service.call(1));
    assert!(panics(|| drop(call.poll())));
    drop(call);
    assert_eq!(counts(&breaker), [0, 1, 0, 0, 0]);
}

#[test]
fn a_panic_of_the_key_is_nobodys_call_and_the_service_goes_on() {
    let family = std::sync::Arc::new(CircuitBreakerFamily::new("test", Config::default()));
    let layer = CircuitBreakerLayer::keyed(&family, |request: &u32| if *request == 0 { fall_over() } else { *request });
    let mut service = Spawn::new(layer.layer(service_fn(|request: u32| ready(Ok::<u32, String>(request)))));
    assert_ready_ok!(service.poll_ready::<u32>());
    assert!(panics(|| drop(service.call(0))));
    assert!(family.is_empty());
    assert_ready_ok!(service.poll_ready::<u32>());
    assert_eq!(assert_ready_ok!(task::spawn(service.call(7)).poll()), 7);
    assert_eq!(counts(&family.get(7)), [1, 0, 0, 0, 0]);
}

#[test]
fn trap_a_call_that_somebody_elses_panic_drops_is_cancelled() {
    let (breaker, _) = breaker(small());
    let (mut service, _handle) = mocked(&breaker);
    assert_ready_ok!(service.poll_ready());
    let call = service.call(1);
    assert!(panics(move || {
        let mut call = pin!(call);
        assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        fall_over() // beside it, as another branch of a `join!`
    }));
    assert_eq!(counts(&breaker), [0, 0, 0, 1, 0]);
}

#[test]
fn a_call_may_be_made_in_a_destructor_during_a_panic() {
    struct OnDrop<S: Service<u32>>(S, Option<S::Future>);
    impl<S: Service<u32>> Drop for OnDrop<S> {
        fn drop(&mut self) {
            self.1 = Some(self.0.call(1));
        }
    }
    let (breaker, _) = breaker(small());
    let service = guard(&breaker, service_fn(|_: u32| ready(Ok::<u32, String>(1))));
    assert!(panics(move || {
        let _calls = OnDrop(service, None);
        fall_over()
    }));
    assert_eq!(counts(&breaker), [0, 0, 0, 1, 0]);
}
