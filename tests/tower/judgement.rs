//! Who says how a call went.

use std::{error::Error, future::ready, sync::Arc, time::Duration};

use ::http::{Response, StatusCode};
use breaker_runtime::{
    CallError, CircuitBreaker, CircuitOpen, Config, State, Verdict,
    integration::{
        http,
        tower::{self as tower_words, CircuitBreakerLayer},
    },
    is_rejection,
};
use tokio_test::{assert_ready, assert_ready_err, assert_ready_ok, task};
use tower::{Layer, Service, service_fn};
use tower_test::mock::Spawn;

use crate::support::{WAIT, breaker, counts, small};

type Answer = Result<u32, String>;

/// An even number is well, an odd one is not, and a text says nothing.
fn parity(answer: &Answer) -> Verdict {
    match answer {
        Ok(number) if number % 2 == 0 => Verdict::Success,
        Ok(_) => Verdict::Failure,
        Err(_) => Verdict::Ignored,
    }
}

fn number(text: &'static str) -> impl Future<Output = Answer> {
    ready(text.parse().map_err(|_| text.to_owned()))
}

fn ask<S, T>(service: &mut Spawn<S>, request: T) -> Result<S::Response, S::Error>
where
    S: Service<T>,
    S::Error: std::fmt::Debug,
{
    assert_ready_ok!(service.poll_ready());
    assert_ready!(task::spawn(service.call(request)).poll())
}

#[test]
fn the_verdict_sees_the_whole_result_and_the_caller_gets_it() {
    let (breaker, _) = breaker(small());
    let layer = CircuitBreakerLayer::new(&breaker).verdict(parity);
    let mut service = Spawn::new(layer.layer(service_fn(number)));
    assert_eq!(ask(&mut service, "2"), Ok(2));
    assert_eq!(ask(&mut service, "3"), Ok(3)); // a failure, and the answer all the same
    assert_eq!(ask(&mut service, "x"), Err(CallError::Failed("x".to_owned())));
    assert_eq!(counts(&breaker), [1, 1, 1, 0, 0]);
}

#[test]
fn a_closure_judges_if_its_type_is_written() {
    let (breaker, _) = breaker(small());
    let limit = 5;
    let layer = CircuitBreakerLayer::new(&breaker)
        .verdict(move |answer: &Answer| if *answer > Ok(limit) { Verdict::Failure } else { Verdict::Success });
    let mut service = Spawn::new(layer.layer(service_fn(number)));
    assert_eq!([ask(&mut service, "5"), ask(&mut service, "6")], [Ok(5), Ok(6)]);
    assert_eq!(counts(&breaker), [1, 1, 0, 0, 0]);
}

#[test]
fn ignored_calls_give_a_probe_back() {
    let (breaker, clock) = breaker(small());
    let layer = CircuitBreakerLayer::new(&breaker).verdict(parity);
    let mut service = Spawn::new(layer.layer(service_fn(number)));
    breaker.trip();
    clock.advance(WAIT);
    for _ in 0..3 {
        assert_eq!(ask(&mut service, "x"), Err(CallError::Failed("x".to_owned())));
    }
    assert_eq!((breaker.state(), breaker.snapshot().ignored), (State::HalfOpen, 3));
    assert_eq!(ask(&mut service, "2"), Ok(2));
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn http_answers_are_judged_by_status() {
    let (breaker, _) = breaker(small().failure_threshold(100));
    let layer = CircuitBreakerLayer::new(&breaker).verdict(http::verdict).retry_after(http::retry_after);
    let inner = service_fn(|status: u16| match status {
        0 => ready(Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))),
        _ => ready(Ok(Response::builder().status(status).body(()).unwrap())),
    });
    let mut service = Spawn::new(layer.layer(inner));
    for status in [200, 204, 301, 400, 401, 403, 404, 409, 418, 501, 505, 600] {
        assert_ready_ok!(service.poll_ready::<u16>());
        assert_eq!(assert_ready_ok!(task::spawn(service.call(status)).poll()).status().as_u16(), status);
    }
    assert_eq!(counts(&breaker), [12, 0, 0, 0, 0]);
    for status in [408, 429, 500, 502, 503, 504, 511, 599] {
        assert_ready_ok!(service.poll_ready::<u16>());
        assert_ready_ok!(task::spawn(service.call(status)).poll());
    }
    assert_ready_ok!(service.poll_ready::<u16>());
    assert_ready_err!(task::spawn(service.call(0)).poll());
    assert_eq!(counts(&breaker), [12, 9, 0, 0, 0]);
}

#[test]
fn a_rejection_from_further_in_is_no_failure_of_this_circuit() {
    let (outer, _) = breaker(small());
    let inner = Arc::new(CircuitBreaker::new("inner", Config::default()));
    inner.trip();
    let service = service_fn(|_: u32| ready(std::io::Result::Ok(Response::new(()))));
    let service = CircuitBreakerLayer::new(&inner).layer(service);
    for layered in [
        ask(&mut Spawn::new(CircuitBreakerLayer::new(&outer).verdict(http::verdict).layer(service.clone())), 1),
        ask(&mut Spawn::new(CircuitBreakerLayer::new(&outer).verdict(tower_words::verdict).layer(service.clone())), 1),
    ] {
        let error = layered.unwrap_err();
        assert!(error.open().is_none()); // the outer one admitted it
        assert!(is_rejection(&error));
    }
    assert_eq!(counts(&outer), [0, 0, 2, 0, 0]);
}

#[test]
fn the_words_for_http_know_every_kind_of_error() {
    type Boxed = Box<dyn Error + Send + Sync>;
    let breaker = CircuitBreaker::new("inner", Config::default());
    breaker.trip();
    let rejected = breaker.try_acquire().unwrap_err();
    let no_request = || ::http::Request::builder().uri("no uri").body(()).unwrap_err();

    let plain: Result<StatusCode, CircuitOpen> = Err(rejected.clone());
    assert_eq!(http::verdict(&plain), Verdict::Ignored);
    let boxed: Result<StatusCode, Boxed> = Err(rejected.clone().into());
    assert_eq!(http::verdict(&boxed), Verdict::Ignored);
    let local: Result<StatusCode, Box<dyn Error>> = Err(Box::new(rejected.clone()));
    assert_eq!(http::verdict(&local), Verdict::Ignored);
    let io: Result<StatusCode, std::io::Error> = Err(rejected.into());
    assert_eq!(http::verdict(&io), Verdict::Ignored);

    let unbuilt: Result<Response<u8>, ::http::Error> = Err(no_request());
    assert_eq!(http::verdict(&unbuilt), Verdict::Ignored);
    let unbuilt: Result<Response<u8>, Boxed> = Err(no_request().into());
    assert_eq!(http::verdict(&unbuilt), Verdict::Ignored);
    let failed: Result<Response<u8>, Boxed> = Err("broken pipe".into());
    assert_eq!(http::verdict(&failed), Verdict::Failure);
    assert_eq!(http::retry_after(&failed), None);
    let answered: Result<Response<u8>, Boxed> = Ok(Response::new(7));
    assert_eq!(http::verdict(&answered), Verdict::Success);

    let busy = Response::builder().status(429).header("retry-after", "7").body(()).unwrap();
    assert_eq!(http::retry_after(&busy), Some(Duration::from_secs(7)));
    let not_there = Response::builder().status(404).header("retry-after", "7").body(()).unwrap();
    assert_eq!(http::retry_after(&not_there), None);
    let (head, ()) = busy.into_parts();
    assert_eq!(http::retry_after(&head), Some(Duration::from_secs(7)));
    assert_eq!((http::verdict(&head), http::retry_after(&head.status)), (Verdict::Failure, None));
    assert_eq!(http::retry_after(&Ok::<_, Boxed>(head)), Some(Duration::from_secs(7)));
}

#[test]
fn trap_a_wait_is_asked_for_after_a_failure_only_and_opens_at_once() {
    fn minutes(answer: &Answer) -> Option<Duration> {
        assert_eq!(parity(answer), Verdict::Failure, "it was asked about {answer:?}");
        answer.as_ref().ok().map(|minutes| Duration::from_secs(60 * u64::from(*minutes)))
    }
    let (breaker, _) = breaker(small());
    let layer = CircuitBreakerLayer::new(&breaker).retry_after(minutes).verdict(parity);
    let mut service = Spawn::new(layer.layer(service_fn(number)));
    assert_eq!(ask(&mut service, "2"), Ok(2));
    assert_eq!(ask(&mut service, "x"), Err(CallError::Failed("x".to_owned())));
    assert_eq!(ask(&mut service, "3"), Ok(3));
    let rejected = ask(&mut service, "2").unwrap_err();
    assert_eq!(rejected.open().unwrap().retry_after, Some(Duration::from_secs(180)));
    assert_eq!(counts(&breaker), [1, 1, 1, 0, 1]);
}

#[test]
fn a_wait_of_one_key_closes_no_other_out() {
    fn key(text: &&str) -> usize {
        text.len()
    }
    fn a_minute(_: &Answer) -> Option<Duration> {
        Some(Duration::from_secs(60))
    }
    let lengths = Arc::new(breaker_runtime::CircuitBreakerFamily::new("lengths", Config::default()));
    let layer = CircuitBreakerLayer::keyed(&lengths, key).verdict(parity).retry_after(a_minute);
    let mut service = Spawn::new(layer.layer(service_fn(number)));
    assert_eq!(ask(&mut service, "3"), Ok(3));
    assert!(matches!(ask(&mut service, "2"), Err(CallError::Open(_))));
    assert_eq!(ask(&mut service, "12"), Ok(12));
}
