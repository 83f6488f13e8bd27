//! Settings that change while calls go on.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use breaker_runtime::{CircuitBreaker, Clock, Config, State};

use crate::support::{WAIT, breaker, fail, open, small, succeed};

#[test]
fn fault_21_a_reload_in_half_open_lets_out_no_more_permits() {
    let (breaker, clock) = breaker(small());
    open(&breaker);
    clock.advance(WAIT);
    let probe = breaker.try_acquire().unwrap();
    for threshold in 3..8 {
        breaker.reconfigure(small().failure_threshold(threshold).build().unwrap());
        assert!(breaker.try_acquire().is_err(), "the one permit is out");
    }
    probe.success();
    assert_eq!(breaker.state(), State::Closed, "and its answer counts");
}

#[test]
fn fault_21_what_stays_comparable_stays_and_what_does_not_begins_anew() {
    let by_rate = || small().failure_threshold(5).failure_rate(0.9).window(10);
    let (breaker, _clock) = breaker(by_rate());
    let counts = || (breaker.snapshot().consecutive_failures, breaker.snapshot().window_calls);
    for _ in 0..2 {
        let _ = fail(&breaker);
    }
    breaker.reconfigure(by_rate().failure_threshold(4).min_calls(3).recovery_timeout(2 * WAIT).build().unwrap());
    assert_eq!(counts(), (2, 2));
    let before = breaker.try_acquire().unwrap();
    breaker.reconfigure(by_rate().window(20).build().unwrap());
    assert_eq!(counts(), (0, 0));
    before.failure();
    assert_eq!(counts(), (0, 0), "a result of before is in the totals only");
    let _ = succeed(&breaker);
    breaker.reconfigure(by_rate().window(20).slow_call_duration(WAIT).build().unwrap());
    assert_eq!(counts(), (0, 0));
}

/// Panics when it is told to, once.
#[derive(Clone, Default)]
struct Fragile(Arc<(AtomicU64, AtomicBool)>);

impl Clock for Fragile {
    fn nanos(&self) -> u64 {
        assert!(!self.0.1.swap(false, Relaxed), "the clock's panic");
        self.0.0.load(Relaxed)
    }
}

#[test]
fn fault_22_a_clock_that_panics_once_changes_nothing() {
    let clock = Fragile::default();
    let config = Config::builder().failure_threshold(2).failure_rate(0.5).window(10).min_calls(10).build().unwrap();
    let breaker = CircuitBreaker::with_clock("fragile", config, clock.clone());
    let _ = breaker.call(|| Err::<(), _>(()));
    clock.0.1.store(true, Relaxed);
    assert!(catch_unwind(AssertUnwindSafe(|| breaker.trip())).is_err());
    assert_eq!(breaker.state(), State::Closed);
    for _ in 0..3 {
        breaker.call(|| Ok::<_, ()>(())).unwrap();
    }
    let seen = breaker.snapshot();
    assert_eq!((seen.window_calls, seen.window_failures), (4, 1), "the window still takes successes");
    breaker.trip();
    assert_eq!(breaker.snapshot().retry_after, Some(Duration::from_secs(60)));
}
