//! Clones: each is ready by itself, and only while it is.

use std::{
    cell::Cell,
    convert::Infallible,
    future::{Ready, ready},
    rc::Rc,
    task::{Context, Poll},
};

use breaker_runtime::CallError;
use tokio_test::{assert_pending, assert_ready, assert_ready_ok, task};
use tower::Service;
use tower_test::mock::Spawn;

use crate::support::{WAIT, breaker, counts, guard, is_rejected, mocked, small};

/// Counts how often it is cloned.
struct Counted(Rc<Cell<u32>>);

impl Clone for Counted {
    fn clone(&self) -> Self {
        self.0.set(self.0.get() + 1);
        Self(Rc::clone(&self.0))
    }
}

impl Service<u32> for Counted {
    type Response = u32;
    type Error = Infallible;
    type Future = Ready<Result<u32, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: u32) -> Self::Future {
        ready(Ok(request))
    }
}

#[test]
fn trap_a_clone_remembers_no_rejection() {
    let (breaker, _) = breaker(small());
    let (mut service, mut handle) = mocked(&breaker);
    breaker.trip();
    assert_ready_ok!(service.poll_ready());
    breaker.reset();
    handle.allow(0);
    let mut clone = service.clone();
    assert_pending!(clone.poll_ready()); // its own question, its own answer
    assert!(is_rejected(&assert_ready!(task::spawn(service.call(1)).poll())));
}

#[test]
fn trap_the_readied_service_is_the_one_that_is_called() {
    let (breaker, _) = breaker(small());
    let (mut service, mut handle) = mocked(&breaker);
    // A mock panics when it is called and was not ready itself.
    for request in 0..3 {
        assert_ready_ok!(service.poll_ready());
        let parked = service.clone();
        let mut call = task::spawn(service.call(request));
        assert_pending!(call.poll());
        crate::support::answer(&mut handle, request, Ok(request));
        assert_eq!(assert_ready_ok!(call.poll()), request);
        service = parked;
    }
    assert_eq!(counts(&breaker), [3, 0, 0, 0, 0]);
}

#[test]
fn trap_parked_clones_hold_no_permit() {
    let (breaker, clock) = breaker(small());
    breaker.trip();
    clock.advance(WAIT);
    let (service, mut handle) = mocked(&breaker);
    let mut clones: Vec<_> = (0..3).map(|_| service.clone()).collect();
    for clone in &mut clones {
        assert_ready_ok!(clone.poll_ready()); // all of them, for the one probe
    }
    drop(clones.pop());
    let mut probe = task::spawn(clones[0].call(7));
    assert_pending!(probe.poll());
    assert!(is_rejected(&assert_ready!(task::spawn(clones[1].call(8)).poll())));
    crate::support::answer(&mut handle, 7, Ok(7));
    assert_ready_ok!(probe.poll());
    assert_eq!(counts(&breaker), [1, 0, 0, 0, 1]);
    assert_eq!(breaker.state(), breaker_runtime::State::Closed);
}

#[test]
fn no_service_is_cloned_but_to_give_something_back() {
    let (breaker, _) = breaker(small());
    let clones = Rc::new(Cell::new(0));
    let mut service = Spawn::new(guard(&breaker, Counted(Rc::clone(&clones))));
    assert_ready_ok!(service.poll_ready());
    assert!(matches!(assert_ready!(task::spawn(service.call(1)).poll()), Ok(1)));
    assert_eq!(clones.get(), 0, "a call");

    breaker.trip();
    for _ in 0..3 {
        assert_ready_ok!(service.poll_ready());
        assert!(matches!(assert_ready!(task::spawn(service.call(1)).poll()), Err(CallError::Open(_))));
    }
    assert_eq!(clones.get(), 0, "a rejection of a service that holds nothing");

    breaker.reset();
    assert_ready_ok!(service.poll_ready());
    breaker.trip();
    assert!(is_rejected(&assert_ready!(task::spawn(service.call(1)).poll())));
    assert_eq!(clones.get(), 1, "a rejection of a ready one");
}
