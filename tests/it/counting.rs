//! What counts as what.

use std::panic::{AssertUnwindSafe, catch_unwind};

use breaker_runtime::{CallError, CircuitBreaker, Config, State};

use crate::support::{breaker, fail, open, small, succeed};

#[test]
fn a_success_ends_the_streak_and_an_ignored_call_does_not() {
    let (breaker, _clock) = breaker(small().failure_threshold(3));
    let _ = (fail(&breaker), fail(&breaker));
    breaker.try_acquire().unwrap().ignore();
    drop(breaker.try_acquire().unwrap());
    assert_eq!(breaker.snapshot().consecutive_failures, 2);
    succeed(&breaker).unwrap();
    assert_eq!(breaker.snapshot().consecutive_failures, 0);
}

#[test]
fn a_panic_is_a_failure_and_goes_on() {
    let (breaker, _clock) = breaker(small());
    for _ in 0..2 {
        let caught = catch_unwind(AssertUnwindSafe(|| breaker.call(|| -> Result<(), ()> { panic!("body") })));
        assert_eq!(*caught.unwrap_err().downcast::<&str>().unwrap(), "body");
    }
    assert_eq!((breaker.state(), breaker.snapshot().failures), (State::Open, 2));
}

#[test]
fn a_rejected_body_does_not_run() {
    let (breaker, _clock) = breaker(small());
    open(&breaker);
    let rejected = breaker.call(|| -> Result<(), ()> { unreachable!("the circuit is open") }).unwrap_err();
    let CallError::Open(rejected) = rejected else { panic!("{rejected:?}") };
    assert_eq!(
        (rejected.name.as_str(), rejected.state, rejected.retry_after),
        ("test", State::Open, Some(crate::support::WAIT))
    );
    assert_eq!(breaker.snapshot().rejected, 1);
}

#[test]
fn a_permit_shows_its_breaker_and_the_state() {
    let (breaker, _clock) = breaker(small());
    let shown = format!("{:?}", breaker.try_acquire().unwrap());
    assert!(shown.contains(r#"name: "test""#) && shown.contains("state: Closed"), "{shown}");
}

#[tokio::test]
async fn an_async_call_asks_at_the_first_poll() {
    let (breaker, _clock) = breaker(small());
    let early = breaker.call_async(async { Ok::<_, ()>(1) });
    open(&breaker);
    assert!(matches!(early.await, Err(CallError::Open(_))));
}

#[tokio::test]
async fn a_dropped_future_is_cancelled_once_and_one_never_polled_is_nothing() {
    let (breaker, _clock) = breaker(small());
    drop(breaker.call_async(std::future::pending::<Result<(), ()>>()));
    assert_eq!(breaker.snapshot().cancelled, 0);
    let waited = tokio::time::timeout(
        std::time::Duration::from_millis(1),
        breaker.call_async(std::future::pending::<Result<(), ()>>()),
    );
    assert!(waited.await.is_err());
    assert_eq!(breaker.snapshot().cancelled, 1);
}

#[test]
fn config_errors_name_the_option() {
    for (config, message) in [
        (Config::builder().failure_threshold(0), "`failure_threshold` is at least 1"),
        (Config::builder().half_open_max_calls(0), "`half_open_max_calls` is from 1 to 65535, not 0"),
        (Config::builder().half_open_max_calls(65_536), "`half_open_max_calls` is from 1 to 65535, not 65536"),
        (Config::builder().success_threshold(0), "`success_threshold` is from 1 to 65535, not 0"),
        (
            Config::builder().success_threshold(3).half_open_max_calls(2),
            "`success_threshold` is 3, but `half_open_max_calls` admits only 2",
        ),
        (Config::builder().recovery_timeout(std::time::Duration::ZERO), "`recovery_timeout` is longer than zero"),
        (Config::builder().probe_timeout(std::time::Duration::ZERO), "`probe_timeout` is longer than zero"),
    ] {
        assert_eq!(config.build().unwrap_err().to_string(), message);
    }
}

#[test]
fn one_of_the_two_probe_settings_draws_the_other_after_it() {
    let probes = |config: breaker_runtime::ConfigBuilder| {
        let config = config.build().unwrap();
        (config.half_open_max_calls(), config.success_threshold())
    };
    assert_eq!(probes(Config::builder()), (3, 3));
    assert_eq!(probes(Config::builder().half_open_max_calls(2)), (2, 2));
    assert_eq!(probes(Config::builder().half_open_max_calls(9)), (9, 3));
    assert_eq!(probes(Config::builder().success_threshold(5)), (5, 5));
    assert_eq!(probes(Config::builder().success_threshold(1)), (3, 1));
}

#[test]
fn the_successes_before_a_trip_are_in_the_window_that_it_shows() {
    let (breaker, _clock) = breaker(small().window(10).failure_rate(0.5));
    let _ = (succeed(&breaker), succeed(&breaker), succeed(&breaker));
    breaker.trip();
    assert_eq!(breaker.snapshot().window_calls, 3);
}

#[test]
fn a_window_of_time_on_the_systems_clock_holds_the_first_successes() {
    let config = Config::builder().failure_rate(1.0).window(std::time::Duration::from_secs(3600)).build().unwrap();
    let breaker = breaker_runtime::CircuitBreaker::new("system", config);
    let _ = (succeed(&breaker), succeed(&breaker), succeed(&breaker));
    assert_eq!(breaker.snapshot().window_calls, 3);
}

/// A rate is written as a quotient, so that quotient of the calls reaches it, though neither is exact in binary.
#[test]
fn fault_19_a_rate_of_k_of_n_is_reached_by_k_of_n_calls() {
    let mut pairs = 0;
    for calls in (1..=80_u32).chain((81..=1000).step_by(3)) {
        let failures = |of: u32| (calls * of).div_ceil(7).clamp(1, calls);
        let some = if calls <= 80 { (1..=calls).collect() } else { (1..7).map(failures).collect::<Vec<_>>() };
        for failed in some {
            let rate = f64::from(failed) / f64::from(calls);
            let config = Config::builder().failure_rate(rate).window(calls).min_calls(calls).build().unwrap();
            assert_eq!(config.failure_rate(), Some(rate));
            let state_after = |failed: u32| {
                let breaker = CircuitBreaker::new("rates", config.clone());
                (failed..calls).for_each(|_| succeed(&breaker).unwrap());
                (0..failed).for_each(|_| assert_eq!(fail(&breaker), Err(CallError::Failed(()))));
                breaker.state()
            };
            assert_eq!(state_after(failed - 1), State::Closed, "one fewer than {failed} of {calls}");
            assert_eq!(state_after(failed), State::Open, "{failed} of {calls}");
            pairs += 1;
        }
    }
    assert!(pairs > 5000, "{pairs}");
}

#[test]
fn one_failure_too_few_of_ten_thousand_calls_does_not_reach_a_rate() {
    let (breaker, _clock) = breaker(Config::builder().failure_rate(0.5).window(10_000).min_calls(10_000));
    (0..5_001).for_each(|_| succeed(&breaker).unwrap());
    (0..4_999).for_each(|_| assert_eq!(fail(&breaker), Err(CallError::Failed(()))));
    assert_eq!((breaker.state(), breaker.snapshot().failure_rate), (State::Closed, Some(0.499_9)));
    let _ = fail(&breaker);
    assert_eq!((breaker.state(), breaker.snapshot().failure_rate), (State::Open, Some(0.5)));
}
