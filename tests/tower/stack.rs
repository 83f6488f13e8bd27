//! The layer among tower's own.

use std::{
    future::{Pending, Ready, pending, ready},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use breaker_runtime::{CallError, CircuitOpen, OnCancel, State, integration::tower::CircuitBreakerLayer};
use tokio::{task::yield_now, time::timeout};
use tokio_test::{assert_pending, assert_ready, assert_ready_ok, task};
use tower::{
    BoxError, ServiceBuilder, ServiceExt,
    buffer::Buffer,
    load_shed::error::Overloaded,
    retry::{Policy, RetryLayer},
    service_fn,
    timeout::error::Elapsed,
    util::BoxCloneService,
};
use tower_test::mock;

use crate::support::{WAIT, breaker, counts, guard, is_rejected, mocked, small};

fn double(request: u32) -> Ready<Result<u32, std::io::Error>> {
    ready(Ok(2 * request))
}

fn hang(_: u32) -> Pending<Result<u32, std::io::Error>> {
    pending()
}

const LIMIT: Duration = Duration::from_secs(1);

#[tokio::test]
async fn trap_a_buffer_lives_on_after_rejections() {
    let (breaker, _) = breaker(small());
    let service = ServiceBuilder::new().buffer(4).layer(CircuitBreakerLayer::new(&breaker)).service(service_fn(double));
    breaker.trip();
    for _ in 0..3 {
        let error = service.clone().oneshot(1).await.unwrap_err();
        assert!(error.downcast_ref::<CallError<std::io::Error>>().is_some_and(|error| error.open().is_some()));
    }
    breaker.reset();
    assert_eq!(service.oneshot(7).await.unwrap(), 14);
    assert_eq!(counts(&breaker), [1, 0, 0, 0, 3]);
}

#[test]
fn trap_a_buffer_inside_keeps_no_place_for_rejected_calls() {
    let (breaker, _) = breaker(small());
    let (buffer, _worker) = Buffer::pair(service_fn(double), 1); // nobody works, so a place that is taken stays so
    let mut other = mock::Spawn::new(buffer.clone());
    let mut service = mock::Spawn::new(guard(&breaker, buffer));
    assert_ready_ok!(service.poll_ready());
    assert_pending!(other.poll_ready());
    breaker.trip();
    assert!(is_rejected(&assert_ready!(task::spawn(service.call(1)).poll())));
    assert_ready_ok!(other.poll_ready());
}

#[tokio::test]
async fn a_rejection_is_not_shed() {
    let (breaker, _) = breaker(small());
    let service =
        ServiceBuilder::new().load_shed().layer(CircuitBreakerLayer::new(&breaker)).service(service_fn(double));
    breaker.trip();
    let error = service.oneshot(1).await.unwrap_err();
    assert!(error.is::<CallError<std::io::Error>>());
    assert_eq!(counts(&breaker), [0, 0, 0, 0, 1]);
}

#[test]
fn load_shed_outside_sheds_before_the_circuit_is_asked() {
    let (breaker, _) = breaker(small());
    let (inner, mut handle) = mock::pair::<u32, u32>();
    handle.allow(0);
    let layers = ServiceBuilder::new().load_shed().layer(CircuitBreakerLayer::new(&breaker).boxed());
    let mut service = mock::Spawn::new(layers.service(inner));
    assert_ready_ok!(service.poll_ready());
    let error = assert_ready!(task::spawn(service.call(1)).poll()).unwrap_err();
    assert!(error.is::<Overloaded>());
    assert_eq!(counts(&breaker), [0; 5]);
}

#[test]
fn load_shed_inside_is_an_error_of_the_call() {
    let (breaker, _) = breaker(small());
    let (inner, mut handle) = mock::pair::<u32, u32>();
    handle.allow(0);
    let layers = ServiceBuilder::new().layer(CircuitBreakerLayer::new(&breaker).boxed()).load_shed();
    let mut service = mock::Spawn::new(layers.service(inner));
    assert_ready_ok!(service.poll_ready());
    let error = assert_ready!(task::spawn(service.call(1)).poll()).unwrap_err();
    assert!(error.is::<Overloaded>());
    assert_eq!(counts(&breaker), [0, 1, 0, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_time_limit_inside_is_a_failure() {
    let (breaker, _) = breaker(small());
    let service = ServiceBuilder::new()
        .layer(CircuitBreakerLayer::new(&breaker).boxed())
        .timeout(LIMIT)
        .service(service_fn(hang));
    for _ in 0..2 {
        assert!(service.clone().oneshot(1).await.unwrap_err().is::<Elapsed>());
    }
    assert_eq!((breaker.state(), counts(&breaker)), (State::Open, [0, 2, 0, 0, 0]));
    assert!(service.oneshot(1).await.unwrap_err().is::<CircuitOpen>());
}

#[tokio::test(start_paused = true)]
async fn a_time_limit_outside_cancels() {
    for (on_cancel, expected) in [(OnCancel::Ignore, [0, 0, 0, 1, 0]), (OnCancel::Failure, [0, 1, 0, 0, 0])] {
        let (breaker, _) = breaker(small().on_cancel(on_cancel));
        let service =
            ServiceBuilder::new().timeout(LIMIT).layer(CircuitBreakerLayer::new(&breaker)).service(service_fn(hang));
        assert!(service.oneshot(1).await.unwrap_err().is::<Elapsed>());
        assert_eq!(counts(&breaker), expected);
    }
}

#[tokio::test]
async fn a_boxed_service_is_as_the_plain_one() {
    let (breaker, _) = breaker(small());
    let service: BoxCloneService<u32, u32, BoxError> = ServiceBuilder::new()
        .layer(CircuitBreakerLayer::new(&breaker).boxed())
        .service(service_fn(double))
        .boxed_clone();
    assert_eq!(service.clone().oneshot(3).await.unwrap(), 6);
    breaker.trip();
    assert!(service.clone().oneshot(3).await.unwrap_err().is::<CircuitOpen>());

    // And around one.
    breaker.reset();
    let inner: BoxCloneService<u32, u32, std::io::Error> = BoxCloneService::new(service_fn(double));
    let service = ServiceBuilder::new().layer(CircuitBreakerLayer::new(&breaker)).service(inner);
    assert_eq!(service.oneshot(4).await.unwrap(), 8);
    assert_eq!(counts(&breaker), [2, 0, 0, 0, 1]);
}

/// Tries again as often as it is told, but not when the circuit is open.
#[derive(Clone)]
struct Again(u32);

impl<T> Policy<u32, T, CallError<&'static str>> for Again {
    type Future = Ready<()>;

    fn retry(&mut self, _: &mut u32, result: &mut Result<T, CallError<&'static str>>) -> Option<Ready<()>> {
        let rejected = matches!(result, Err(CallError::Open(_)));
        self.0 = self.0.checked_sub(1).filter(|_| result.is_err() && !rejected)?;
        Some(ready(()))
    }

    fn clone_request(&mut self, request: &u32) -> Option<u32> {
        Some(*request)
    }
}

#[tokio::test]
async fn each_attempt_of_a_retry_outside_is_a_call() {
    let (breaker, _) = breaker(small().failure_threshold(3));
    let reached = Arc::new(AtomicU32::new(0));
    let service = ServiceBuilder::new()
        .layer(RetryLayer::new(Again(9)))
        .layer(CircuitBreakerLayer::new(&breaker))
        .service(service_fn(|_: u32| {
            reached.fetch_add(1, Relaxed);
            ready(Err::<u32, _>("down"))
        }));
    assert!(is_rejected(&service.oneshot(1).await)); // the third attempt opened it, and the fourth was rejected
    assert_eq!((reached.load(Relaxed), counts(&breaker)), (3, [0, 3, 0, 0, 1]));
}

#[tokio::test]
async fn a_whole_stack_through_an_outage() {
    let (breaker, clock) = breaker(small());
    let up = Arc::new(AtomicU32::new(1));
    let (health, reached) = (Arc::clone(&up), Arc::new(AtomicU32::new(0)));
    let counter = Arc::clone(&reached);
    let service = ServiceBuilder::new()
        .buffer(8)
        .load_shed()
        .layer(CircuitBreakerLayer::new(&breaker).boxed())
        .concurrency_limit(2)
        .timeout(LIMIT)
        .service(service_fn(move |request: u32| {
            counter.fetch_add(1, Relaxed);
            let answer = if health.load(Relaxed) == 1 { Ok(request) } else { Err("down") };
            async move {
                yield_now().await;
                answer
            }
        }));
    let ask = |request| service.clone().oneshot(request);

    assert_eq!(ask(1).await.unwrap(), 1);
    up.store(0, Relaxed);
    for _ in 0..2 {
        assert_eq!(ask(2).await.unwrap_err().to_string(), "down");
    }
    for _ in 0..10 {
        assert!(ask(3).await.unwrap_err().is::<CircuitOpen>());
    }
    clock.advance(WAIT);
    assert_eq!(ask(4).await.unwrap_err().to_string(), "down"); // the probe
    clock.advance(WAIT);
    up.store(1, Relaxed);
    for request in 5..8 {
        assert_eq!(ask(request).await.unwrap(), request);
    }
    assert_eq!(reached.load(Relaxed), 1 + 2 + 1 + 3);
    assert_eq!((breaker.state(), counts(&breaker)), (State::Closed, [4, 3, 0, 0, 10]));
}

#[tokio::test]
async fn callers_that_go_away_leave_no_place_taken() {
    let (breaker, _) = breaker(small());
    let (mut service, _handle) = mocked(&breaker);
    for _ in 0..5 {
        assert_ready_ok!(service.poll_ready());
        let call = service.call(1);
        assert!(timeout(Duration::ZERO, call).await.is_err());
    }
    let seen = breaker.snapshot();
    assert_eq!((seen.cancelled, seen.state), (5, State::Closed));
}
