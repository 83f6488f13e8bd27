//! Half-open.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
    time::Duration,
};

use breaker_runtime::{Config, State};

use super::half_open;
use crate::support::{WAIT, breaker, fail, open, small, succeed};

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
                for _ in 0..if cfg!(miri) { 20 } else { 20_000 } {
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
    assert_eq!(breaker.try_acquire().unwrap_err().state, State::Open);
    clock.advance(WAIT);
    succeed(&breaker).unwrap();
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn defect_06_too_few_permits_for_the_successes_needed_are_rejected_at_build() {
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
fn defect_07_probes_further_apart_than_the_window_still_close() {
    let config = Config::builder().failure_rate(0.5).min_calls(1).window(Duration::from_secs(1));
    let (breaker, clock) = breaker(config.recovery_timeout(WAIT).success_threshold(3));
    let _ = fail(&breaker);
    for _ in 0..3 {
        clock.advance(WAIT);
        succeed(&breaker).unwrap();
    }
    assert_eq!(breaker.state(), State::Closed);
}
