//! Late results: a call that was admitted before a transition ends after it.

use breaker_runtime::State;

use crate::support::{WAIT, breaker, open, small, succeed};

#[test]
fn defect_09_a_late_success_does_not_close_half_open() {
    let (breaker, clock) = breaker(small());
    let late = breaker.try_acquire().unwrap();
    open(&breaker);
    clock.advance(WAIT);
    let probe = breaker.try_acquire().unwrap();
    late.success();
    assert_eq!((breaker.state(), breaker.snapshot().half_open_successes), (State::HalfOpen, 0));
    probe.failure();
    assert_eq!(breaker.state(), State::Open);
}

#[test]
fn defect_10_a_late_failure_neither_reopens_nor_extends() {
    let (breaker, clock) = breaker(small());
    let (late, later) = (breaker.try_acquire().unwrap(), breaker.try_acquire().unwrap());
    open(&breaker);
    clock.advance(WAIT / 2);
    late.failure();
    assert_eq!(breaker.snapshot().retry_after, Some(WAIT / 2));
    clock.advance(WAIT / 2);
    let probe = breaker.try_acquire().unwrap();
    later.failure();
    assert_eq!(breaker.state(), State::HalfOpen);
    probe.success();
    assert_eq!((breaker.state(), breaker.snapshot().times_opened), (State::Closed, 1));
}

#[test]
fn defect_11_a_late_success_while_open_resets_nothing() {
    let (breaker, _clock) = breaker(small());
    let late = breaker.try_acquire().unwrap();
    open(&breaker);
    let before = breaker.snapshot();
    late.success();
    let after = breaker.snapshot();
    assert_eq!((after.state, after.retry_after), (before.state, before.retry_after));
    assert_eq!(after.successes, before.successes + 1, "it is totalled all the same");
}

#[test]
fn defect_12_a_probe_of_one_episode_does_not_decide_the_next() {
    let (breaker, clock) = breaker(small().half_open_max_calls(2).success_threshold(2));
    open(&breaker);
    clock.advance(WAIT);
    let (first, second) = (breaker.try_acquire().unwrap(), breaker.try_acquire().unwrap());
    first.failure();
    clock.advance(WAIT);
    let probe = breaker.try_acquire().unwrap();
    second.failure();
    assert_eq!(breaker.state(), State::HalfOpen);
    probe.success();
    succeed(&breaker).unwrap();
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn defect_12_a_failure_of_an_earlier_closed_period_does_not_trip_a_later_one() {
    let (breaker, clock) = breaker(small());
    let stale = [breaker.try_acquire().unwrap(), breaker.try_acquire().unwrap()];
    open(&breaker);
    clock.advance(WAIT);
    succeed(&breaker).unwrap();
    stale.into_iter().for_each(breaker_runtime::Permit::failure);
    assert_eq!((breaker.state(), breaker.snapshot().consecutive_failures), (State::Closed, 0));
}
