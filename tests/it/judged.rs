//! What a value of an annotated function counts as, and what the caller of a rejected call gets.

use std::{
    cell::Cell,
    future::Future,
    io,
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use breaker_runtime::{CircuitBreaker, CircuitOpen, State, Verdict, circuit_breaker, testing::ManualClock};

const SECOND: Duration = Duration::from_secs(1);

#[derive(Debug, PartialEq)]
enum ApiError {
    NotFound,
    TooBusy { retry_after: Option<Duration> },
    Down,
    Open(Option<Duration>),
}

/// Says nothing of `Open`: no function here turns a rejection into one by itself.
fn verdict<T>(result: &Result<T, ApiError>) -> Verdict {
    match result {
        Ok(_) | Err(ApiError::NotFound) => Verdict::Success,
        Err(ApiError::Open(_)) => Verdict::Ignored,
        Err(_) => Verdict::Failure,
    }
}

fn retry_after<T>(result: &Result<T, ApiError>) -> Option<Duration> {
    match result {
        Err(ApiError::TooBusy { retry_after }) => *retry_after,
        _ => None,
    }
}

fn open_error(open: CircuitOpen) -> ApiError {
    ApiError::Open(open.retry_after)
}

fn timed(breaker: &CircuitBreaker) -> ManualClock {
    let clock = ManualClock::new();
    breaker.set_clock(clock.clone());
    clock
}

fn polled_once<F: Future>(call: F) -> Poll<F::Output> {
    pin!(call).poll(&mut Context::from_waker(Waker::noop()))
}

fn busy(seconds: u64) -> ApiError {
    ApiError::TooBusy { retry_after: Some(SECOND * u32::try_from(seconds).unwrap()) }
}

#[test]
fn fault_16_a_dependency_that_answers_only_404_closes_its_circuit() {
    #[circuit_breaker(failure_threshold = 1, verdict = verdict, open_error = open_error, handle = breaker)]
    fn get(found: bool) -> Result<u8, ApiError> {
        if found { Ok(1) } else { Err(ApiError::NotFound) }
    }
    let clock = timed(breaker());
    breaker().trip();
    clock.advance(SECOND * 60);
    for _ in 0..10 {
        assert_eq!(get(false), Err(ApiError::NotFound), "none is rejected");
    }
    let seen = breaker().snapshot();
    assert_eq!((seen.state, seen.successes, seen.ignored), (State::Closed, 10, 0));
}

#[test]
fn verdict_judges_the_whole_value_by_path_and_by_closure() {
    #[circuit_breaker(failure_threshold = 1, open_error = open_error, handle = closure_breaker, verdict = |answer| match answer {
        Ok(status) if *status >= 500 => Verdict::Failure,
        Ok(_) => Verdict::Success,
        Err(_) => Verdict::Ignored,
    })]
    fn closure(answer: Result<u16, ApiError>) -> Result<u16, ApiError> {
        answer
    }
    #[circuit_breaker(verdict = |value| if value.is_some() { Verdict::Success } else { Verdict::Ignored }, fallback = |_| None, handle = option_breaker)]
    fn option(value: Option<u8>) -> Option<u8> {
        value
    }
    assert_eq!(closure(Err(ApiError::Down)), Err(ApiError::Down));
    assert_eq!((closure_breaker().state(), closure_breaker().snapshot().ignored), (State::Closed, 1));
    assert_eq!((closure(Ok(404)), closure(Ok(503))), (Ok(404), Ok(503)));
    assert_eq!((closure_breaker().state(), closure_breaker().snapshot().successes), (State::Open, 1));
    assert_eq!((option(Some(1)), option(None)), (Some(1), None));
    let seen = option_breaker().snapshot();
    assert_eq!((seen.successes, seen.ignored, seen.failures, seen.fallbacks), (1, 1, 0, 0));
}

#[tokio::test]
async fn verdict_judges_async_functions_methods_and_returned_futures() {
    struct Client;
    impl Client {
        #[circuit_breaker(failure_threshold = 1, verdict = verdict, fallback = |_| Ok(9), handle = Self::breaker)]
        async fn get(&mut self, error: Option<ApiError>) -> Result<u8, ApiError> {
            error.map_or(Ok(1), Err)
        }
    }
    #[circuit_breaker(failure_threshold = 1, verdict = verdict, open_error = open_error, handle = later_breaker)]
    fn later(error: Option<ApiError>) -> impl Future<Output = Result<u8, ApiError>> {
        async { error.map_or(Ok(1), Err) }
    }
    assert_eq!(Client.get(Some(ApiError::NotFound)).await, Err(ApiError::NotFound), "a success is returned as it is");
    assert_eq!(Client.get(Some(ApiError::Down)).await, Ok(9));
    assert_eq!((Client::breaker().snapshot().successes, Client::breaker().state()), (1, State::Open));
    assert_eq!(later(Some(ApiError::NotFound)).await, Err(ApiError::NotFound));
    assert_eq!(later(Some(ApiError::Down)).await, Err(ApiError::Down));
    assert_eq!((later_breaker().snapshot().successes, later_breaker().state()), (1, State::Open));
    assert!(matches!(later(None).await, Err(ApiError::Open(Some(_)))));
}

#[test]
fn a_rejection_from_further_in_is_ignored_whatever_verdict_would_say() {
    #[circuit_breaker(name = "judged-further-in")]
    fn inner() -> io::Result<u8> {
        Ok(1)
    }
    #[circuit_breaker(verdict = |_| Verdict::Failure, retry_after = |_| Some(SECOND), handle = outer_breaker)]
    fn outer() -> io::Result<u8> {
        inner()
    }
    inner().unwrap();
    breaker_runtime::registry().get("judged-further-in").unwrap().force_open();
    assert!(outer().is_err());
    let seen = outer_breaker().snapshot();
    assert_eq!((seen.ignored, seen.failures, seen.state), (1, 0, State::Closed));
}

#[test]
fn retry_after_opens_at_once_for_as_long_as_was_asked() {
    #[circuit_breaker(
        recovery_timeout = "10s",
        max_recovery_timeout = "60s",
        verdict = verdict,
        retry_after = retry_after,
        open_error = open_error,
        handle = breaker
    )]
    fn get(answer: Result<u8, ApiError>) -> Result<u8, ApiError> {
        answer
    }
    timed(breaker());
    assert_eq!(get(Err(busy(30))), Err(busy(30)), "the answer is the function's own");
    assert_eq!((breaker().state(), get(Ok(1))), (State::Open, Err(ApiError::Open(Some(SECOND * 30)))));
    for (asked, wait) in [(3, 10), (3600, 60)] {
        breaker().close();
        get(Err(busy(asked))).unwrap_err();
        assert_eq!(breaker().snapshot().retry_after, Some(SECOND * wait), "{asked}");
    }
}

#[test]
fn retry_after_is_asked_about_a_failure_only_and_zero_is_none() {
    thread_local!(static ASKED: Cell<u32> = const { Cell::new(0) });
    #[circuit_breaker(failure_threshold = 9, open_error = open_error, ignore_if = |error| *error == ApiError::NotFound, handle = breaker, retry_after = |_| {
        ASKED.set(ASKED.get() + 1);
        Some(Duration::ZERO)
    })]
    fn get(answer: Result<u8, ApiError>) -> Result<u8, ApiError> {
        answer
    }
    assert!(get(Ok(1)).is_ok() && get(Err(ApiError::NotFound)).is_err());
    assert_eq!(ASKED.get(), 0);
    assert!(get(Err(ApiError::Down)).is_err());
    assert_eq!((ASKED.get(), breaker().state(), breaker().snapshot().failures), (1, State::Closed, 1));
}

#[test]
fn retry_after_holds_for_the_key_that_asked() {
    #[circuit_breaker(key = tenant, failure_if = Result::is_err, retry_after = retry_after, open_error = open_error, handle = tenants)]
    fn get(tenant: &str, answer: Result<u8, ApiError>) -> Result<u8, ApiError> {
        let _ = tenant;
        answer
    }
    assert!(get("a", Err(busy(120))).is_err());
    assert_eq!((tenants().get("a").state(), get("b", Ok(1))), (State::Open, Ok(1)));
}

#[tokio::test]
async fn open_error_is_what_a_rejected_call_returns() {
    #[circuit_breaker(open_error = open_error, handle = path_breaker)]
    async fn path() -> Result<u8, ApiError> {
        Ok(1)
    }
    #[circuit_breaker(open_error = |open| open.to_string(), handle = closure_breaker)]
    fn closure() -> Result<u8, String> {
        Ok(1)
    }
    assert_eq!((path().await, closure()), (Ok(1), Ok(1)));
    let _ = (timed(path_breaker()), timed(closure_breaker()));
    path_breaker().trip_for(SECOND * 7);
    closure_breaker().force_open();
    assert_eq!(path().await, Err(ApiError::Open(Some(SECOND * 7))));
    assert!(closure().unwrap_err().contains("judged::closure"));
    let seen = path_breaker().snapshot();
    assert_eq!((seen.rejected, seen.successes, seen.failures, seen.fallbacks), (1, 1, 0, 0));
}

#[test]
fn open_error_is_what_is_left_when_nothing_is_kept() {
    #[circuit_breaker(cache(key = id, ttl = "1m"), open_error = open_error, handle = breaker)]
    fn get(id: u8) -> Result<u8, ApiError> {
        Ok(id)
    }
    assert_eq!(get(1), Ok(1));
    breaker().force_open();
    assert_eq!((get(1), get(2)), (Ok(1), Err(ApiError::Open(None))));
    assert_eq!((breaker().snapshot().cached, breaker().snapshot().rejected), (1, 2));
}

/// Calls that are rejected, with answers of fallbacks: how many of them failed.
fn fallback_failures(breaker: &CircuitBreaker) -> (u64, u64, u64) {
    let seen = breaker.snapshot();
    assert_eq!(seen.state, State::ForcedOpen, "a fallback opens nothing");
    (seen.fallbacks, seen.fallback_failures, seen.failures)
}

#[test]
fn a_fallback_that_fails_is_totalled_and_opens_nothing() {
    fn instead(answer: Result<u8, ApiError>) -> Result<u8, ApiError> {
        answer
    }
    #[circuit_breaker(fallback = instead, fallback_on = rejected, verdict = verdict, handle = path_breaker)]
    fn path(answer: Result<u8, ApiError>) -> Result<u8, ApiError> {
        answer
    }
    #[circuit_breaker(fallback = |_| { let value = answer?; Ok(value) }, fallback_on = rejected, verdict = verdict, handle = closure_breaker)]
    fn closure(answer: Result<u8, ApiError>) -> Result<u8, ApiError> {
        Ok(answer.map_or(0, |value| value))
    }
    path_breaker().force_open();
    closure_breaker().force_open();
    for call in [path, closure] {
        assert_eq!((call(Ok(1)), call(Err(ApiError::NotFound))), (Ok(1), Err(ApiError::NotFound)));
        assert_eq!(call(Err(ApiError::Down)), Err(ApiError::Down), "the fallback's own error, as it is");
    }
    assert_eq!(fallback_failures(path_breaker()), (3, 1, 0), "a 404 is a success by the same judgement");
    assert_eq!(fallback_failures(closure_breaker()), (3, 2, 0), "left by `?`, nobody could judge it");
}

#[test]
fn the_default_judgement_and_that_of_an_outcome_judge_a_fallback_too() {
    #[circuit_breaker(fallback = |_| if up { Ok(0) } else { Err(io::ErrorKind::TimedOut.into()) }, handle = result_breaker)]
    fn result(up: bool) -> io::Result<u8> {
        Ok(u8::from(up))
    }
    #[circuit_breaker(failure_if = |status| *status >= 500, fallback = |_| if up { 200 } else { 503 }, handle = status_breaker)]
    fn status(up: bool) -> u16 {
        u16::from(up)
    }
    #[circuit_breaker(failure_if = |items| items.is_none(), fallback = |_| if up { Some([1, 2].into_iter()) } else { None }, handle = hidden_breaker)]
    fn hidden(up: bool) -> Option<impl Iterator<Item = u8>> {
        Some(if up { [3, 4] } else { [5, 6] }.into_iter())
    }
    for breaker in [result_breaker(), status_breaker(), hidden_breaker()] {
        breaker.force_open();
    }
    assert!(result(true).is_ok() && result(false).is_err());
    assert_eq!((status(true), status(false)), (200, 503));
    assert!(hidden(true).is_some() && hidden(false).is_none());
    for breaker in [result_breaker(), status_breaker(), hidden_breaker()] {
        assert_eq!(fallback_failures(breaker), (2, 1, 0), "{}", breaker.name());
    }
}

#[tokio::test]
async fn an_async_fallback_that_fails_panics_or_is_dropped_is_totalled() {
    #[derive(Clone, Copy)]
    enum Answer {
        Good,
        Bad,
        Panic,
        Never,
    }
    async fn instead(answer: Answer) -> io::Result<u8> {
        match answer {
            Answer::Good => Ok(1),
            Answer::Bad => Err(io::ErrorKind::TimedOut.into()),
            Answer::Panic => panic!("the fallback"),
            Answer::Never => std::future::pending().await,
        }
    }
    #[circuit_breaker(fallback = instead, handle = breaker)]
    async fn call(answer: Answer) -> io::Result<u8> {
        Ok(answer as u8)
    }
    breaker().force_open();
    assert!(call(Answer::Good).await.is_ok() && call(Answer::Bad).await.is_err());
    assert_eq!(fallback_failures(breaker()), (2, 1, 0));
    assert!(tokio::spawn(call(Answer::Panic)).await.is_err());
    assert_eq!(fallback_failures(breaker()), (3, 2, 0));
    assert!(polled_once(call(Answer::Never)).is_pending());
    assert_eq!(fallback_failures(breaker()), (4, 3, 0));
}

#[test]
fn a_fallback_after_a_failure_is_judged_apart_from_it() {
    #[circuit_breaker(fallback = |_| Err(io::ErrorKind::NotFound.into()), handle = breaker)]
    fn call() -> io::Result<u8> {
        Err(io::ErrorKind::TimedOut.into())
    }
    assert_eq!(call().unwrap_err().kind(), io::ErrorKind::NotFound);
    let seen = breaker().snapshot();
    assert_eq!((seen.failures, seen.fallbacks, seen.fallback_failures), (1, 1, 1));
}
