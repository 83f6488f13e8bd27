//! Each option of an annotated function, at work on a clock that is moved by hand.

use std::{
    future::{Future, pending},
    io,
    pin::pin,
    task::{Context, Waker},
    thread,
    time::Duration,
};

use breaker_runtime::{
    CallError, CircuitBreaker, OnCancel, State, Window, circuit_breaker, registry, testing::ManualClock,
};

use crate::support::WAIT;

const SECOND: Duration = Duration::from_secs(1);

fn down() -> io::Error {
    io::ErrorKind::ConnectionRefused.into()
}

fn answer(up: bool) -> io::Result<()> {
    if up { Ok(()) } else { Err(down()) }
}

fn timed(breaker: &CircuitBreaker) -> ManualClock {
    let clock = ManualClock::new();
    breaker.set_clock(clock.clone());
    clock
}

/// Calls with these results, and says in which state each left the breaker.
fn states(call: impl Fn(bool) -> io::Result<()>, breaker: &CircuitBreaker, results: &[bool]) -> Vec<State> {
    let state = |up: &bool| {
        let _ = call(*up);
        breaker.state()
    };
    results.iter().map(state).collect()
}

use State::{Closed, HalfOpen, Open};

#[test]
fn name_is_the_breakers_name() {
    #[circuit_breaker(name = "options-name")]
    fn call() -> io::Result<()> {
        Ok(())
    }
    call().unwrap();
    assert_eq!(registry().get("options-name").unwrap().snapshot().successes, 1);
}

#[test]
fn failure_threshold_counts_failures_in_a_row() {
    #[circuit_breaker(failure_threshold = 2, handle = breaker)]
    fn call(up: bool) -> io::Result<()> {
        answer(up)
    }
    #[circuit_breaker(handle = default_breaker)]
    fn default(up: bool) -> io::Result<()> {
        answer(up)
    }
    assert_eq!(states(call, breaker(), &[false, true, false, false]), [Closed, Closed, Closed, Open]);
    assert_eq!(states(default, default_breaker(), &[false; 5]), [Closed, Closed, Closed, Closed, Open]);
}

#[test]
fn failure_rate_opens_by_share_and_is_alone_unless_a_threshold_is_given() {
    #[circuit_breaker(failure_rate = 0.5, window = 4, handle = alone_breaker)]
    fn alone(up: bool) -> io::Result<()> {
        answer(up)
    }
    #[circuit_breaker(failure_rate = 1, min_calls = 10, failure_threshold = 3, handle = both_breaker)]
    fn both(up: bool) -> io::Result<()> {
        answer(up)
    }
    assert_eq!(alone_breaker().config().failure_threshold(), None);
    assert_eq!(states(alone, alone_breaker(), &[false, true, true, false]), [Closed, Closed, Closed, Open]);
    assert_eq!(states(both, both_breaker(), &[false; 3]), [Closed, Closed, Open]);
}

#[test]
fn window_is_of_calls_or_of_time() {
    #[circuit_breaker(failure_rate = 0.5, window = 4, min_calls = 4, handle = calls_breaker)]
    fn calls(up: bool) -> io::Result<()> {
        answer(up)
    }
    #[circuit_breaker(failure_rate = 0.5, window = "10s", min_calls = 2, handle = time_breaker)]
    fn time(up: bool) -> io::Result<()> {
        answer(up)
    }
    assert_eq!(calls_breaker().config().window(), Some(Window::Calls(4)));
    assert_eq!(time_breaker().config().window(), Some(Window::Time(SECOND * 10)));
    let left_the_window = [false, true, true, true, true, false, true];
    assert_eq!(states(calls, calls_breaker(), &left_the_window), [Closed; 7]);
    assert_eq!(states(calls, calls_breaker(), &[false]), [Open]);
    let clock = timed(time_breaker());
    assert_eq!(states(time, time_breaker(), &[false]), [Closed]);
    clock.advance(SECOND * 11);
    assert_eq!(states(time, time_breaker(), &[true, true, false]), [Closed; 3]);
    assert_eq!(states(time, time_breaker(), &[false]), [Open]);
}

#[test]
fn min_calls_come_before_a_rate_is_judged() {
    #[circuit_breaker(failure_rate = 0.1, min_calls = 3, handle = breaker)]
    fn call(up: bool) -> io::Result<()> {
        answer(up)
    }
    assert_eq!(states(call, breaker(), &[false, false]), [Closed, Closed]);
    assert_eq!(breaker().snapshot().failure_rate, None);
    assert_eq!(states(call, breaker(), &[false]), [Open]);
}

#[test]
fn slow_calls_open_by_share() {
    #[circuit_breaker(slow_call_duration = "2s", slow_call_rate = 0.5, min_calls = 2, handle = breaker)]
    fn call(clock: &ManualClock, takes: Duration) -> io::Result<()> {
        clock.advance(takes);
        Ok(())
    }
    let clock = timed(breaker());
    for takes in [SECOND, SECOND * 2, SECOND * 2, SECOND * 3] {
        call(&clock, takes).unwrap();
        assert_eq!(breaker().state(), Closed);
    }
    assert_eq!(breaker().snapshot().slow, 1, "strictly longer");
    call(&clock, SECOND * 3).unwrap();
    call(&clock, SECOND * 3).unwrap();
    assert_eq!((breaker().state(), breaker().snapshot().slow), (Open, 3));
}

#[test]
fn recovery_timeout_is_the_time_in_open() {
    #[circuit_breaker(failure_threshold = 1, recovery_timeout = "30s", handle = breaker)]
    fn call(up: bool) -> io::Result<()> {
        answer(up)
    }
    let clock = timed(breaker());
    let _ = call(false);
    clock.advance(WAIT - Duration::from_nanos(1));
    assert_eq!(breaker().state(), Open);
    clock.advance(Duration::from_nanos(1));
    assert_eq!(breaker().state(), HalfOpen);
}

#[test]
fn backoff_multiplier_lengthens_the_wait_up_to_the_longest() {
    #[circuit_breaker(
        failure_threshold = 1,
        recovery_timeout = "10s",
        backoff_multiplier = 2,
        max_recovery_timeout = "35s",
        half_open_max_calls = 1,
        handle = breaker
    )]
    fn call(up: bool) -> io::Result<()> {
        answer(up)
    }
    let clock = timed(breaker());
    for wait in [10, 20, 35, 35] {
        let _ = call(false);
        assert_eq!(breaker().snapshot().retry_after, Some(SECOND * wait));
        clock.advance(SECOND * wait);
    }
    call(true).unwrap();
    let _ = call(false);
    assert_eq!(breaker().snapshot().retry_after, Some(SECOND * 10), "a recovery resets it");
}

#[test]
fn jitter_shortens_the_wait_and_is_drawn_once_per_opening() {
    #[circuit_breaker(failure_threshold = 1, recovery_timeout = "100s", jitter = 0.5, handle = breaker)]
    fn call(up: bool) -> io::Result<()> {
        answer(up)
    }
    timed(breaker());
    let mut waits = Vec::new();
    for _ in 0..20 {
        let _ = call(false);
        let wait = breaker().snapshot().retry_after.unwrap();
        assert!(wait >= SECOND * 50 && wait <= SECOND * 100, "{wait:?}");
        assert_eq!(breaker().snapshot().retry_after, Some(wait));
        waits.push(wait);
        breaker().reset();
    }
    waits.dedup();
    assert!(waits.len() > 10, "{waits:?}");
}

#[test]
fn half_open_max_calls_and_success_threshold_bound_an_episode() {
    #[circuit_breaker(failure_threshold = 1, half_open_max_calls = 2, success_threshold = 2, handle = breaker)]
    fn call() -> io::Result<bool> {
        // Probes that run at once, each on a thread of its own: a call on the same thread would ride.
        let third = || thread::spawn(|| breaker().try_acquire().is_ok()).join().unwrap();
        let second = thread::spawn(move || breaker().call(|| Ok::<_, ()>(third())));
        Ok(second.join().unwrap().unwrap())
    }
    let clock = timed(breaker());
    breaker().trip();
    clock.advance(SECOND * 60);
    assert!(!call().unwrap(), "the third is rejected");
    assert_eq!((breaker().state(), breaker().snapshot().rejected), (Closed, 1));
}

#[tokio::test]
async fn probe_timeout_ends_an_episode_without_an_answer() {
    #[circuit_breaker(failure_threshold = 1, half_open_max_calls = 1, probe_timeout = "5s", handle = breaker)]
    async fn call(hang: bool) -> io::Result<()> {
        if hang { pending().await } else { Ok(()) }
    }
    let clock = timed(breaker());
    breaker().trip();
    clock.advance(SECOND * 60);
    let mut probe = pin!(call(true));
    assert!(probe.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    assert!(call(false).await.is_err());
    clock.advance(SECOND * 5);
    assert!(call(false).await.is_err());
    assert_eq!(breaker().state(), Open);
    clock.advance(SECOND * 60);
    call(false).await.unwrap();
    assert_eq!(breaker().state(), Closed);
}

#[test]
fn failure_if_and_ignore_if_judge() {
    #[circuit_breaker(
        failure_threshold = 1,
        failure_if = |result| !matches!(result, Ok(200..300)),
        ignore_if = |error| error.kind() == io::ErrorKind::NotFound,
        handle = breaker
    )]
    fn call(result: io::Result<u16>) -> io::Result<u16> {
        result
    }
    let _ = (call(Ok(200)), call(Err(io::ErrorKind::NotFound.into())));
    assert_eq!(breaker().state(), Closed);
    assert_eq!(call(Ok(500)).unwrap(), 500);
    let seen = breaker().snapshot();
    assert_eq!((seen.state, seen.successes, seen.ignored, seen.failures), (Open, 1, 1, 1));
}

#[tokio::test]
async fn on_cancel_says_what_a_dropped_future_counts_as() {
    #[circuit_breaker(failure_threshold = 1, on_cancel = failure, handle = failure_breaker)]
    async fn failure() -> io::Result<()> {
        pending().await
    }
    #[circuit_breaker(failure_threshold = 1, on_cancel = ignore, handle = ignore_breaker)]
    async fn ignore() -> io::Result<()> {
        pending().await
    }
    assert!(tokio::time::timeout(Duration::from_millis(1), failure()).await.is_err());
    assert!(tokio::time::timeout(Duration::from_millis(1), ignore()).await.is_err());
    assert_eq!((failure_breaker().state(), ignore_breaker().state()), (Open, Closed));
    assert_eq!(failure_breaker().config().on_cancel(), OnCancel::Failure);
    assert_eq!(ignore_breaker().snapshot().cancelled, 1);
}

#[test]
fn fallback_and_fallback_on_say_who_answers_and_when() {
    fn instead(_: bool) -> io::Result<u8> {
        Ok(0)
    }
    #[circuit_breaker(failure_threshold = 2, fallback = instead, handle = any_breaker)]
    fn any(up: bool) -> io::Result<u8> {
        answer(up).map(|()| 1)
    }
    #[circuit_breaker(failure_threshold = 2, fallback = |error| Ok(u8::from(matches!(error, CallError::Open(_))) * 9), fallback_on = rejected)]
    fn rejected(up: bool) -> io::Result<u8> {
        answer(up).map(|()| 1)
    }
    assert_eq!((any(true).unwrap(), any(false).unwrap(), any(false).unwrap(), any(true).unwrap()), (1, 0, 0, 0));
    assert_eq!((any_breaker().snapshot().fallbacks, any_breaker().snapshot().rejected), (3, 1));
    assert!(rejected(false).is_err() && rejected(false).is_err());
    assert_eq!(rejected(true).unwrap(), 9);
}

#[test]
fn breaker_handle_and_clone_do_what_they_say() {
    static OWN: std::sync::LazyLock<CircuitBreaker> =
        std::sync::LazyLock::new(|| CircuitBreaker::new("options-own", breaker_runtime::Config::default()));
    #[circuit_breaker(breaker = OWN, clone(text), fallback = |_| Ok(text))]
    fn call(text: String) -> io::Result<String> {
        drop(text);
        Err(down())
    }
    assert_eq!(call("kept".into()).unwrap(), "kept");
    OWN.trip();
    assert_eq!(call("kept".into()).unwrap(), "kept");
    assert_eq!((OWN.snapshot().failures, OWN.snapshot().rejected), (1, 1));
}
