//! Time: saturating, monotonic, and never ahead.

use std::{
    sync::mpsc,
    time::{Duration, SystemTime},
};

use breaker_runtime::{CircuitBreaker, Clock, Config, State, testing::ManualClock};

use crate::support::{WAIT, breaker, fail, open, small};

#[test]
fn a_wait_of_duration_max_never_ends_and_never_panics() {
    let (breaker, clock) = breaker(small().recovery_timeout(Duration::MAX).probe_timeout(Duration::MAX));
    open(&breaker);
    for _ in 0..3 {
        clock.advance(Duration::MAX);
        let rejected = breaker.try_acquire().unwrap_err();
        assert_eq!((rejected.state, rejected.retry_after), (State::Open, None));
    }
    breaker.reset();
    open(&breaker);
}

#[test]
fn a_clock_at_its_end_does_no_harm() {
    let (breaker, clock) = breaker(small());
    clock.advance(Duration::MAX);
    open(&breaker);
    assert_eq!(breaker.snapshot().retry_after, None, "later than the clock can read is never");
}

#[test]
fn a_year_and_a_nanosecond_are_both_waited_for_exactly() {
    const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);
    let nanosecond = Duration::from_nanos(1);
    let waits = [nanosecond, Duration::from_millis(1), YEAR, YEAR + nanosecond];
    for (wait, multiplier) in waits.into_iter().flat_map(|wait| [(wait, 1.0), (wait, 2.0)]) {
        let (breaker, clock) = breaker(small().recovery_timeout(wait).backoff_multiplier(multiplier));
        clock.advance(Duration::from_nanos(123_456_789));
        open(&breaker);
        clock.advance(wait - nanosecond);
        assert_eq!(breaker.state(), State::Open, "{wait:?}, multiplier {multiplier}");
        clock.advance(nanosecond);
        assert_eq!(breaker.state(), State::HalfOpen, "{wait:?}, multiplier {multiplier}");
    }
}

#[test]
fn only_a_call_that_was_timed_from_start_to_end_is_slow() {
    let untimed = small().build().unwrap();
    let timed = small().slow_call_duration(WAIT).build().unwrap();
    for (at_the_start, meanwhile, slow) in [(&untimed, &timed, 0), (&timed, &untimed, 0), (&timed, &timed, 1)] {
        let clock = ManualClock::new();
        let breaker = CircuitBreaker::with_clock("test", at_the_start.clone(), clock.clone());
        let call = breaker.try_acquire().unwrap();
        breaker.reconfigure(meanwhile.clone());
        clock.advance(WAIT + Duration::from_nanos(1));
        call.success();
        assert_eq!(breaker.snapshot().slow, slow, "{at_the_start:?}, then {meanwhile:?}");
    }
}

#[test]
fn the_last_failure_is_told_by_the_clock() {
    let (breaker, clock) = breaker(small());
    assert_eq!(breaker.snapshot().last_failure, None);
    clock.advance(WAIT);
    let _ = fail(&breaker);
    clock.advance(WAIT);
    assert_eq!(breaker.snapshot().last_failure, Some(SystemTime::UNIX_EPOCH + WAIT));
}

/// A clock whose time of day steps back; its monotonic time does not.
struct SteppedBack(ManualClock);

impl Clock for SteppedBack {
    fn nanos(&self) -> u64 {
        self.0.nanos()
    }

    fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
    }
}

#[test]
fn defect_24_a_wall_clock_stepped_back_changes_nothing() {
    let clock = ManualClock::new();
    let config = small().build().unwrap();
    let breaker = CircuitBreaker::with_clock("test", config, SteppedBack(clock.clone()));
    clock.advance(WAIT);
    open(&breaker);
    clock.advance(WAIT);
    assert_eq!(breaker.state(), State::HalfOpen);
    assert!(breaker.snapshot().last_failure.is_some());
}

#[test]
fn the_system_clock_moves() {
    let breaker =
        CircuitBreaker::new("test", Config::builder().recovery_timeout(Duration::from_nanos(1)).build().unwrap());
    breaker.trip();
    while breaker.state() == State::Open {
        std::hint::spin_loop();
    }
    assert_eq!(breaker.state(), State::HalfOpen);
}

#[test]
fn the_last_failure_is_told_by_the_systems_clock_too() {
    let breaker = CircuitBreaker::new("test", small().failure_threshold(1).build().unwrap());
    let (opened, seen) = mpsc::channel();
    breaker.on_transition(move |t| opened.send(t.at).unwrap());
    open(&breaker);
    let (opened, failed) = (seen.recv().unwrap(), breaker.snapshot().last_failure.unwrap());
    let apart = opened.duration_since(failed).unwrap_or_else(|error| error.duration());
    assert!(apart < Duration::from_secs(10), "{failed:?}, {opened:?}");
}

#[test]
fn a_rejection_never_tells_of_more_than_the_whole_wait() {
    for _ in 0..1_000 {
        let breaker = CircuitBreaker::new("test", small().build().unwrap());
        breaker.trip();
        let left = breaker.try_acquire().unwrap_err().retry_after.unwrap();
        assert!(left <= WAIT && left > WAIT - Duration::from_secs(1), "{left:?}");
    }
}
