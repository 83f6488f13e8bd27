//! Bugs proven in other circuit breakers, each shown to be absent here. The numbers are those of the project's list.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Barrier},
    thread,
    time::Duration,
};

use breaker_runtime::{CircuitBreaker, Config, State, testing::ManualClock};

use crate::support::{WAIT, breaker, fail, open, small, succeed};

fn half_open() -> (CircuitBreaker, ManualClock) {
    let (breaker, clock) = breaker(small());
    open(&breaker);
    clock.advance(WAIT);
    (breaker, clock)
}

#[test]
fn defect_01_half_open_admits_only_its_permits() {
    let (breaker, _clock) = half_open();
    let probes: Vec<_> = (0..16).map(|_| breaker.try_acquire()).collect();
    assert_eq!(probes.iter().filter(|probe| probe.is_ok()).count(), 1);
}

#[test]
fn defect_02_giving_permits_back_while_others_ask_never_over_admits() {
    let (breaker, clock) = breaker(small().half_open_max_calls(3).success_threshold(3));
    open(&breaker);
    clock.advance(WAIT);
    let in_flight = std::sync::atomic::AtomicI32::new(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..20_000 {
                    let Ok(permit) = breaker.try_acquire() else { continue };
                    let now = in_flight.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1;
                    assert!((1..=3).contains(&now), "{now} probes in flight");
                    in_flight.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
                    permit.ignore();
                }
            });
        }
    });
    assert_eq!(breaker.state(), State::HalfOpen);
    let probes: Vec<_> = (0..4).map(|_| breaker.try_acquire()).collect();
    assert_eq!(probes.iter().filter(|probe| probe.is_ok()).count(), 3, "none was lost and none was made");
}

#[tokio::test]
async fn defect_03_a_dropped_probe_future_gives_its_permit_back() {
    let (breaker, _clock) = half_open();
    let probe = breaker.call_async(std::future::pending::<Result<(), ()>>());
    assert!(tokio::time::timeout(Duration::from_millis(1), probe).await.is_err());
    breaker.call_async(async { Ok::<_, ()>(()) }).await.unwrap();
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn defect_04_a_panicking_probe_does_not_keep_its_permit() {
    let (breaker, clock) = half_open();
    let probe = catch_unwind(AssertUnwindSafe(|| breaker.call(|| -> Result<(), ()> { panic!("probe") })));
    assert!(probe.is_err());
    assert_eq!(breaker.state(), State::Open);
    clock.advance(WAIT);
    succeed(&breaker).unwrap();
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn defect_05_a_probe_that_never_ends_does_not_wedge_half_open() {
    let (breaker, clock) = half_open();
    std::mem::forget(breaker.try_acquire().unwrap());
    assert!(breaker.try_acquire().is_err());
    clock.advance(WAIT);
    succeed(&breaker).unwrap();
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn defect_06_too_few_permits_for_the_successes_needed_are_refused_at_build() {
    for config in [
        Config::builder().half_open_max_calls(2).success_threshold(3),
        Config::builder().half_open_max_calls(0),
        Config::builder().success_threshold(0),
    ] {
        assert!(config.build().is_err());
    }
}

#[test]
fn defect_08_a_failed_probe_opens() {
    let (breaker, _clock) = half_open();
    let _ = fail(&breaker);
    assert_eq!(breaker.state(), State::Open);
}

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
fn defect_20_no_racing_caller_half_opens_a_circuit_that_opens() {
    for _ in 0..2_000 {
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
fn defect_26_a_listener_that_panics_or_reads_the_state_does_no_harm() {
    let (breaker, _clock) = breaker(small());
    let breaker = Arc::new(breaker);
    let same = Arc::downgrade(&breaker);
    breaker.on_transition(move |_| {
        let _ = same.upgrade().unwrap().state();
        panic!("listener");
    });
    open(&breaker);
    breaker.reset();
    succeed(&breaker).unwrap();
}

#[test]
fn defect_27_nobody_needs_to_listen() {
    let (breaker, _clock) = half_open();
    succeed(&breaker).unwrap();
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn defect_28_the_operation_does_not_run_while_open() {
    let (breaker, _clock) = breaker(small());
    open(&breaker);
    let mut ran = false;
    let _ = breaker.call(|| {
        ran = true;
        Ok::<_, ()>(())
    });
    assert!(!ran);
}
