//! Time.

use std::{sync::Barrier, thread, time::Duration};

use breaker_runtime::{Config, State};

use crate::support::{WAIT, breaker, fail, open, small, succeed};

#[test]
fn defect_20_no_racing_caller_half_opens_a_circuit_that_opens() {
    for _ in 0..if cfg!(miri) { 5 } else { 2_000 } {
        let (breaker, clock) = breaker(small().failure_threshold(1));
        // An earlier stay in open whose deadline is long past must not be taken for this one's.
        breaker.trip();
        breaker.reset();
        clock.advance(WAIT * 10);
        let start = Barrier::new(2);
        let running = breaker.try_acquire().unwrap();
        thread::scope(|scope| {
            scope.spawn(|| {
                start.wait();
                running.failure();
            });
            start.wait();
            while breaker.state() == State::Closed {
                let _ = breaker.try_acquire().map(breaker_runtime::Permit::ignore);
            }
            assert_eq!(breaker.try_acquire().unwrap_err().state, State::Open);
        });
    }
}

#[test]
fn defect_21_duration_max_as_open_time_panics_nowhere() {
    let (breaker, clock) = breaker(small().recovery_timeout(Duration::MAX));
    clock.advance(Duration::from_secs(1));
    open(&breaker);
    assert!(breaker.try_acquire().is_err());
    assert_eq!(breaker.snapshot().retry_after, None);
}

#[test]
fn defect_22_jitter_is_drawn_once_per_opening() {
    let (breaker, clock) = breaker(small().jitter(0.5));
    breaker.seed_jitter(7);
    let mut waits = Vec::new();
    for _ in 0..20 {
        breaker.trip();
        let wait = breaker.snapshot().retry_after.unwrap();
        assert!(wait > WAIT / 2 && wait <= WAIT, "{wait:?}");
        for asked in 1..1000 {
            clock.advance(wait / 1000);
            let left = breaker.try_acquire().unwrap_err().retry_after.unwrap();
            assert_eq!(left, wait - wait / 1000 * asked, "asking does not draw again");
        }
        breaker.reset();
        waits.push(wait);
    }
    waits.dedup();
    assert_eq!(waits.len(), 20, "each opening draws its own");
}

#[test]
fn defect_23_the_back_off_starts_anew_after_a_recovery() {
    let (breaker, clock) = breaker(small().backoff_multiplier(2.0).max_recovery_timeout(WAIT * 3));
    let wait = || breaker.snapshot().retry_after.unwrap();
    open(&breaker);
    for expected in [WAIT, WAIT * 2, WAIT * 3, WAIT * 3] {
        assert_eq!(wait(), expected);
        clock.advance(expected);
        let _ = fail(&breaker);
    }
    clock.advance(wait());
    succeed(&breaker).unwrap();
    assert_eq!(breaker.state(), State::Closed);
    open(&breaker);
    assert_eq!(wait(), WAIT);
}

#[test]
fn defect_21_duration_max_as_back_off_cap_panics_nowhere() {
    let config = Config::builder().failure_threshold(1).recovery_timeout(Duration::from_secs(u64::MAX / 2));
    let (breaker, clock) = breaker(config.backoff_multiplier(f64::MAX).max_recovery_timeout(Duration::MAX).jitter(1.0));
    for _ in 0..3 {
        let _ = fail(&breaker);
        breaker.trip();
        clock.advance(Duration::MAX);
        let _ = (breaker.snapshot(), breaker.try_acquire().is_ok());
    }
}
