//! Robustness.

use std::{
    sync::{
        Arc, Barrier, Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    thread,
    time::Duration,
};

use breaker_runtime::{CircuitBreaker, Clock, Config, State};

use super::half_open;
use crate::support::{WAIT, breaker, open, small, succeed};

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

#[test]
fn defect_25_a_window_of_no_calls_is_rejected_at_build() {
    for config in [Config::builder().window(0), Config::builder().window(Duration::ZERO)] {
        assert_eq!(config.failure_rate(0.5).build().unwrap_err().option(), "window");
    }
}

#[test]
fn defect_30_every_transition_is_an_event() {
    let (breaker, clock) = breaker(small());
    let heard: Arc<Mutex<Vec<(State, State)>>> = Arc::default();
    let log = Arc::clone(&heard);
    breaker.on_transition(move |t| log.lock().unwrap().push((t.from, t.to)));
    open(&breaker);
    clock.advance(WAIT);
    succeed(&breaker).unwrap();
    breaker.metrics_only();
    breaker.disable();
    breaker.force_open();
    breaker.reset();
    let (closed, open, half) = (State::Closed, State::Open, State::HalfOpen);
    let (metrics, disabled, forced) = (State::MetricsOnly, State::Disabled, State::ForcedOpen);
    let all =
        [(closed, open), (open, half), (half, closed), (closed, metrics), (metrics, disabled), (disabled, forced)];
    assert_eq!(heard.lock().unwrap()[..6], all);
    assert_eq!(heard.lock().unwrap()[6..], [(forced, closed)]);
}

#[test]
fn defect_31_rejected_calls_are_counted_under_the_breakers_name() {
    let (breaker, _clock) = breaker(small());
    open(&breaker);
    for rejected in 1..=3 {
        assert_eq!(breaker.try_acquire().unwrap_err().name, "test");
        let seen = breaker.snapshot();
        assert_eq!((seen.name.as_str(), seen.rejected), ("test", rejected));
    }
}

/// Stands still in the middle of a transition.
struct Stuck {
    stop: Arc<AtomicBool>,
    stopped: Arc<Barrier>,
}

impl Clock for Stuck {
    fn nanos(&self) -> u64 {
        if self.stop.swap(false, SeqCst) {
            self.stopped.wait();
            self.stopped.wait();
        }
        0
    }
}

#[test]
fn defect_32_a_success_waits_for_no_lock() {
    const CALLS: u64 = if cfg!(miri) { 20 } else { 1000 };
    for config in [small(), small().failure_rate(0.5)] {
        let (stop, stopped) = (Arc::new(AtomicBool::new(false)), Arc::new(Barrier::new(2)));
        let clock = Stuck { stop: Arc::clone(&stop), stopped: Arc::clone(&stopped) };
        let breaker = CircuitBreaker::with_clock("test", config.build().unwrap(), clock);
        // The window learns where it stands.
        succeed(&breaker).unwrap();
        thread::scope(|scope| {
            stop.store(true, SeqCst);
            scope.spawn(|| breaker.trip());
            stopped.wait();
            // The other thread holds the breaker's lock, and will until this one is through.
            (0..CALLS).for_each(|_| succeed(&breaker).unwrap());
            stopped.wait();
        });
        assert_eq!((breaker.state(), breaker.snapshot().successes), (State::Open, CALLS + 1));
    }
}
