//! Manual controls.

use breaker_runtime::{CircuitBreaker, Reason, State};

use crate::support::{WAIT, breaker, fail, open, small, succeed};

#[test]
fn trip_recovers_by_itself_and_does_nothing_when_open_or_forced() {
    let (breaker, clock) = breaker(small());
    breaker.trip();
    clock.advance(WAIT / 2);
    breaker.trip();
    assert_eq!(breaker.snapshot().retry_after, Some(WAIT / 2), "an open circuit's wait is not extended");
    clock.advance(WAIT / 2);
    assert_eq!(breaker.state(), State::HalfOpen);
    breaker.trip();
    assert_eq!((breaker.state(), breaker.snapshot().times_opened), (State::Open, 2), "a half-open one opens again");
    for forced in [State::ForcedOpen, State::Disabled, State::MetricsOnly] {
        force(&breaker, forced);
        breaker.trip();
        assert_eq!(breaker.state(), forced);
    }
}

#[test]
fn half_open_and_close_do_nothing_where_nobody_is_kept_out() {
    let (breaker, _clock) = breaker(small());
    let _ = fail(&breaker);
    for control in [CircuitBreaker::half_open, CircuitBreaker::close] {
        control(&breaker);
        let seen = breaker.snapshot();
        assert_eq!((seen.state, seen.consecutive_failures), (State::Closed, 1));
    }
    breaker.trip();
    breaker.half_open();
    breaker.half_open();
    assert_eq!((breaker.state(), breaker.snapshot().times_opened), (State::HalfOpen, 1));
    succeed(&breaker).unwrap();
    assert_eq!(breaker.state(), State::Closed, "the one permit was free");
}

#[test]
fn a_trip_for_a_time_moves_the_end_of_an_open_circuit_only_to_later() {
    let (breaker, clock) = breaker(small());
    breaker.trip();
    breaker.trip_for(WAIT / 2);
    assert_eq!(breaker.snapshot().retry_after, Some(WAIT));
    breaker.trip_for(WAIT * 2);
    assert_eq!((breaker.snapshot().retry_after, breaker.snapshot().times_opened), (Some(WAIT * 2), 1));
    clock.advance(WAIT);
    let rejected = breaker.try_acquire().unwrap_err();
    assert_eq!(rejected.retry_after, Some(WAIT));
    breaker.trip_for(WAIT);
    assert_eq!(breaker.snapshot().retry_after, Some(WAIT));
    clock.advance(WAIT);
    assert_eq!(breaker.state(), State::HalfOpen);
}

fn force(breaker: &CircuitBreaker, state: State) {
    match state {
        State::ForcedOpen => breaker.force_open(),
        State::Disabled => breaker.disable(),
        _ => breaker.metrics_only(),
    }
}

#[test]
fn forced_states_change_neither_by_time_nor_by_outcome() {
    for forced in [State::ForcedOpen, State::Disabled, State::MetricsOnly] {
        let (breaker, clock) = breaker(small());
        force(&breaker, forced);
        for _ in 0..10 {
            let admitted = breaker.try_acquire().map(breaker_runtime::Permit::failure).is_ok();
            assert_eq!(admitted, forced != State::ForcedOpen);
            clock.advance(WAIT);
            assert_eq!(breaker.state(), forced);
        }
        breaker.reset();
        succeed(&breaker).unwrap();
        assert_eq!(breaker.state(), State::Closed);
    }
}

#[test]
fn metrics_only_reports_once_per_crossing() {
    let (breaker, _clock) = breaker(small());
    let reports = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let log = std::sync::Arc::clone(&reports);
    breaker.on_transition(move |t| {
        if t.reason == Reason::WouldOpen {
            log.lock().unwrap().push((t.from, t.to, t.snapshot.consecutive_failures));
        }
    });
    breaker.metrics_only();
    for _ in 0..5 {
        let _ = fail(&breaker);
    }
    succeed(&breaker).unwrap();
    let _ = (fail(&breaker), fail(&breaker));
    let crossing = (State::MetricsOnly, State::MetricsOnly, 2);
    assert_eq!(*reports.lock().unwrap(), [crossing, crossing]);
    breaker.trip();
    assert_eq!(reports.lock().unwrap().len(), 2, "a trip does nothing here");
    breaker.trip_for(WAIT);
    assert_eq!(*reports.lock().unwrap(), [crossing; 3], "a trip for a time is told");
}

#[test]
fn a_state_that_is_forced_again_keeps_its_counts() {
    let (breaker, _clock) = breaker(small().window(10));
    breaker.metrics_only();
    let _ = (succeed(&breaker), fail(&breaker));
    breaker.metrics_only();
    let seen = breaker.snapshot();
    assert_eq!((seen.consecutive_failures, seen.window_calls, seen.window_failures), (1, 2, 1));
}

#[test]
fn reset_clears_the_counts_and_keeps_the_totals() {
    let (breaker, _clock) = breaker(small());
    let running = breaker.try_acquire().unwrap();
    let _ = fail(&breaker);
    breaker.reset();
    let seen = breaker.snapshot();
    assert_eq!((seen.state, seen.consecutive_failures, seen.failures), (State::Closed, 0, 1));
    running.failure();
    let seen = breaker.snapshot();
    assert_eq!((seen.consecutive_failures, seen.failures), (0, 2), "a call from before the reset is only totalled");
    open(&breaker);
    breaker.reset();
    succeed(&breaker).unwrap();
}
