//! Counting.

use std::time::Duration;

use breaker_runtime::{Config, State};

use super::half_open;
use crate::support::{breaker, fail, small, succeed};

#[test]
fn defect_15_a_success_resets_the_consecutive_count() {
    let (breaker, _clock) = breaker(small().failure_threshold(3));
    for _ in 0..1000 {
        for _ in 0..3 {
            succeed(&breaker).unwrap();
        }
        let _ = fail(&breaker);
    }
    assert_eq!((breaker.state(), breaker.snapshot().times_opened), (State::Closed, 0));
}

#[test]
fn defect_16_failures_from_before_recovery_are_forgotten() {
    let (breaker, _clock) = half_open();
    succeed(&breaker).unwrap();
    let _ = fail(&breaker);
    assert_eq!((breaker.state(), breaker.snapshot().consecutive_failures), (State::Closed, 1));
}

#[test]
fn defect_13_a_count_window_evicts_its_oldest_call() {
    let (breaker, _clock) = breaker(Config::builder().failure_rate(0.5).window(10));
    (0..1000).for_each(|_| succeed(&breaker).unwrap());
    let failures = (1..).find(|_| {
        let _ = fail(&breaker);
        breaker.state() == State::Open
    });
    assert_eq!(failures, Some(5));
}

#[test]
fn defect_14_a_time_window_is_fed() {
    let (breaker, clock) = breaker(Config::builder().failure_rate(0.5).window(Duration::from_secs(10)));
    for failures in 1..=10 {
        assert_eq!(breaker.state(), State::Closed, "{failures}");
        let _ = fail(&breaker);
        clock.advance(Duration::from_millis(1));
    }
    assert_eq!(breaker.state(), State::Open);
}

#[test]
fn defect_17_a_window_of_a_microsecond_and_one_of_a_year_both_work() {
    for window in [Duration::from_micros(1), Duration::from_millis(4), Duration::from_secs(365 * 24 * 60 * 60)] {
        let (breaker, clock) = breaker(Config::builder().failure_rate(1.0).min_calls(3).window(window));
        let _ = (fail(&breaker), fail(&breaker));
        clock.advance(window);
        let _ = fail(&breaker);
        assert_eq!((breaker.state(), breaker.snapshot().window_calls), (State::Closed, 1), "{window:?}");
        clock.advance(window / 10 * 9);
        let _ = (fail(&breaker), fail(&breaker));
        assert_eq!(breaker.state(), State::Open, "{window:?}");
    }
}
