//! Half-open: how many probes, what they decide, and that none of them can wedge it.

use std::{
    sync::{
        Barrier,
        atomic::{AtomicU32, Ordering::SeqCst},
    },
    thread,
    time::Duration,
};

use breaker_runtime::{CircuitBreaker, State};

use crate::support::{WAIT, breaker, fail, open, small, succeed};

#[test]
fn sixteen_threads_at_once_get_three_permits_ten_thousand_times() {
    const THREADS: usize = if cfg!(miri) { 5 } else { 16 };
    const ROUNDS: u32 = if cfg!(miri) { 5 } else { 10_000 };
    const PERMITS: u32 = 3;
    let (breaker, clock) = breaker(small().half_open_max_calls(PERMITS).success_threshold(PERMITS));
    let barrier = Barrier::new(THREADS + 1);
    let bodies = AtomicU32::new(0);
    let held = AtomicU32::new(0);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for _ in 0..ROUNDS {
                    barrier.wait();
                    let permit = breaker.try_acquire().ok();
                    if permit.is_some() {
                        bodies.fetch_add(1, SeqCst);
                    }
                    // All have tried before the first one ends: every admission was while probes were in flight.
                    barrier.wait();
                    if let Some(permit) = permit {
                        held.fetch_add(1, SeqCst);
                        permit.success();
                    }
                    barrier.wait();
                }
            });
        }
        for round in 1..=ROUNDS {
            breaker.trip();
            clock.advance(WAIT);
            barrier.wait();
            barrier.wait();
            assert_eq!(bodies.load(SeqCst), round * PERMITS, "round {round}");
            barrier.wait();
            assert_eq!(breaker.state(), State::Closed, "round {round}");
        }
    });
    assert_eq!(held.load(SeqCst), ROUNDS * PERMITS);
    assert_eq!(breaker.snapshot().rejected, u64::from(ROUNDS) * (THREADS as u64 - u64::from(PERMITS)));
}

fn half_open(permits: u32) -> (CircuitBreaker, breaker_runtime::testing::ManualClock) {
    let (breaker, clock) = breaker(small().half_open_max_calls(permits).success_threshold(permits));
    open(&breaker);
    clock.advance(WAIT);
    (breaker, clock)
}

#[test]
fn ignored_and_dropped_probes_give_their_permit_back() {
    let (breaker, _clock) = half_open(1);
    for _ in 0..5 {
        breaker.try_acquire().unwrap().ignore();
        drop(breaker.try_acquire().unwrap());
    }
    assert_eq!(breaker.state(), State::HalfOpen);
    succeed(&breaker).unwrap();
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn an_episode_whose_probes_bring_no_answer_opens_after_the_probe_timeout() {
    let (breaker, clock) = breaker(small().probe_timeout(Duration::from_secs(5)));
    open(&breaker);
    clock.advance(WAIT);
    let lost = breaker.try_acquire().unwrap();
    clock.advance(Duration::from_millis(4_999));
    assert_eq!(breaker.try_acquire().unwrap_err().state, State::HalfOpen);
    clock.advance(Duration::from_millis(1));
    assert_eq!(breaker.try_acquire().unwrap_err().state, State::Open);
    lost.success();
    assert_eq!((breaker.state(), breaker.snapshot().retry_after), (State::Open, Some(WAIT)));
    clock.advance(WAIT);
    succeed(&breaker).unwrap();
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn an_episode_whose_probes_answer_now_and_then_goes_on() {
    let (breaker, clock) = breaker(small().half_open_max_calls(3).success_threshold(3).probe_timeout(WAIT));
    open(&breaker);
    clock.advance(WAIT);
    for _ in 0..3 {
        let probe = breaker.try_acquire().unwrap();
        clock.advance(WAIT - Duration::from_millis(1));
        probe.success();
    }
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn each_success_admits_more_probes_with_growth() {
    let ramp = small().half_open_max_calls(1).half_open_growth(2).success_threshold(7);
    let (breaker, clock) = breaker(ramp);
    open(&breaker);
    clock.advance(WAIT);
    let mut out = 1;
    for round in [1, 2, 4] {
        let probes: Vec<_> = (0..round).map(|_| breaker.try_acquire().unwrap()).collect();
        out = probes.len();
        assert_eq!(breaker.try_acquire().unwrap_err().state, State::HalfOpen, "{round} and no more");
        probes.into_iter().for_each(|probe| probe.success());
    }
    assert_eq!((out, breaker.state()), (4, State::Closed), "1 + 2 + 4 succeeded");
}

#[test]
fn one_failed_probe_opens_for_a_full_wait() {
    let (breaker, clock) = half_open(3);
    succeed(&breaker).unwrap();
    let _ = fail(&breaker);
    assert_eq!(breaker.state(), State::Open);
    clock.advance(WAIT - Duration::from_nanos(1));
    assert_eq!(breaker.try_acquire().unwrap_err().retry_after, Some(Duration::from_nanos(1)));
    clock.advance(Duration::from_nanos(1));
    assert_eq!(breaker.state(), State::HalfOpen);
}

#[test]
fn reading_the_state_does_not_change_it() {
    let (breaker, _clock) = half_open(1);
    for _ in 0..10 {
        assert_eq!(breaker.state(), State::HalfOpen);
        assert_eq!(breaker.snapshot().state, State::HalfOpen);
    }
    assert!(breaker.try_acquire().is_ok(), "no permit was used up");
}

#[test]
fn a_shorter_probe_timeout_holds_from_reconfigure_on() {
    let minute = Duration::from_secs(60);
    let (breaker, clock) = breaker(small().probe_timeout(60 * minute));
    open(&breaker);
    clock.advance(WAIT);
    std::mem::forget(breaker.try_acquire().unwrap());
    breaker.reconfigure(small().probe_timeout(minute).build().unwrap());
    assert_eq!(breaker.try_acquire().unwrap_err().state, State::HalfOpen, "the episode goes on");
    clock.advance(minute);
    assert_eq!(breaker.try_acquire().unwrap_err().state, State::Open);
}

#[test]
fn a_call_of_another_breaker_inside_a_probe_is_a_probe_of_its_own() {
    let ((outer, _outer_clock), (inner, _inner_clock)) = (half_open(1), half_open(1));
    outer.half_open();
    inner.half_open();
    outer.call(|| inner.call(|| Ok::<_, ()>(()))).unwrap();
    assert_eq!((outer.state(), inner.state()), (State::Closed, State::Closed));
}

#[test]
fn other_probe_settings_begin_an_episode_anew_and_leave_the_counts_of_a_closed_circuit() {
    let probes = |count| small().half_open_max_calls(count).success_threshold(count);
    let (breaker, clock) = breaker(probes(2));
    let _ = fail(&breaker);
    breaker.reconfigure(probes(3).build().unwrap());
    assert_eq!(breaker.snapshot().consecutive_failures, 1);
    let _ = fail(&breaker);
    assert_eq!(breaker.state(), State::Open);
    clock.advance(WAIT);
    succeed(&breaker).unwrap();
    assert_eq!(breaker.snapshot().half_open_successes, 1);
    breaker.reconfigure(probes(2).build().unwrap());
    assert_eq!((breaker.state(), breaker.snapshot().half_open_successes), (State::HalfOpen, 0));
}

#[test]
fn a_call_inside_a_probe_would_not_be_rejected() {
    let (breaker, _clock) = half_open(1);
    let probe = breaker.try_acquire().unwrap();
    assert_eq!(breaker.rejection().unwrap().state, State::HalfOpen);
    probe.ignore();
    let would_be = breaker.call(|| Ok::<_, ()>(breaker.rejection()));
    assert_eq!(would_be, Ok(None));
}
