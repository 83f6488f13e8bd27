//! Listeners: every transition, in order, outside any lock.

use std::{
    sync::{
        Arc, Mutex, Weak,
        atomic::{AtomicU32, Ordering::SeqCst},
        mpsc,
    },
    thread,
    time::Duration,
};

use breaker_runtime::{CircuitBreaker, Config, Reason, State, Transition};

use crate::support::{WAIT, breaker, fail, open, small, succeed};

#[test]
fn every_transition_comes_in_order_with_the_figures_that_led_to_it() {
    let (breaker, clock) = breaker(small());
    let seen: Arc<Mutex<Vec<Transition>>> = Arc::default();
    let log = Arc::clone(&seen);
    breaker.on_transition(move |t| log.lock().unwrap().push(t.clone()));
    open(&breaker);
    clock.advance(WAIT);
    let _ = fail(&breaker);
    clock.advance(WAIT);
    succeed(&breaker).unwrap();
    breaker.reset();
    breaker.force_open();

    let seen = seen.lock().unwrap();
    let steps: Vec<_> = seen.iter().map(|t| (t.from, t.to, t.reason)).collect();
    assert_eq!(
        steps,
        [
            (State::Closed, State::Open, Reason::ConsecutiveFailures),
            (State::Open, State::HalfOpen, Reason::WaitOver),
            (State::HalfOpen, State::Open, Reason::ProbeFailed),
            (State::Open, State::HalfOpen, Reason::WaitOver),
            (State::HalfOpen, State::Closed, Reason::ProbesSucceeded),
            (State::Closed, State::ForcedOpen, Reason::Manual),
        ]
    );
    assert_eq!(seen[0].snapshot.failures, 2);
    assert_eq!((seen[0].snapshot.consecutive_failures, seen[0].snapshot.times_opened), (2, 1));
    assert_eq!(seen[4].snapshot.half_open_successes, 1);
    assert_eq!(seen[0].name, "test");
}

#[test]
fn transitions_are_counted_by_where_they_came_from_and_led_to() {
    let breaker = CircuitBreaker::new("counted", Config::default());
    assert_eq!(breaker.snapshot().transitions.iter().count(), 0);
    breaker.trip();
    breaker.force_open();
    breaker.reset();
    breaker.reset();
    breaker.trip();
    let counted: Vec<_> = breaker.snapshot().transitions.iter().collect();
    let expected =
        [(State::Closed, State::Open, 2), (State::Open, State::ForcedOpen, 1), (State::ForcedOpen, State::Closed, 1)];
    assert_eq!(counted, expected);
}

#[test]
fn a_listener_may_use_the_breaker_and_its_own_changes_come_after() {
    let (breaker, _clock) = breaker(small());
    let breaker = Arc::new(breaker);
    let seen: Arc<Mutex<Vec<State>>> = Arc::default();
    let (log, same) = (Arc::clone(&seen), Arc::downgrade(&breaker));
    breaker.on_transition(move |t| {
        let breaker = same.upgrade().unwrap();
        assert_eq!(breaker.snapshot().state, breaker.state());
        if t.to == State::Open {
            breaker.reset();
        }
        log.lock().unwrap().push(t.to);
    });
    open_quietly(&breaker);
    assert_eq!(*seen.lock().unwrap(), [State::Open, State::Closed]);
}

fn open_quietly(breaker: &breaker_runtime::CircuitBreaker) {
    let _ = (fail(breaker), fail(breaker));
}

#[test]
fn a_panicking_listener_does_no_harm_even_during_a_panic() {
    let (breaker, clock) = breaker(small().failure_threshold(1));
    let after = Arc::new(AtomicU32::new(0));
    breaker.on_transition(|_| panic!("listener"));
    let count = Arc::clone(&after);
    breaker.on_transition(move |_| {
        count.fetch_add(1, SeqCst);
    });
    let body = thread::scope(|scope| scope.spawn(|| breaker.call(|| -> Result<(), ()> { panic!("body") })).join());
    assert!(body.is_err());
    assert_eq!((breaker.state(), after.load(SeqCst)), (State::Open, 1));
    clock.advance(WAIT);
    succeed(&breaker).unwrap();
    assert_eq!((breaker.state(), after.load(SeqCst)), (State::Closed, 3));
}

#[test]
fn threads_that_flap_a_breaker_are_seen_as_one_unbroken_chain() {
    const ROUNDS: u32 = if cfg!(miri) { 10 } else { 500 };
    let (breaker, _clock) = breaker(small());
    let seen: Arc<Mutex<Vec<(State, State, u64)>>> = Arc::default();
    let log = Arc::clone(&seen);
    breaker.on_transition(move |t| log.lock().unwrap().push((t.from, t.to, t.lost)));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..ROUNDS {
                    breaker.trip();
                    breaker.reset();
                }
            });
        }
    });
    breaker.force_open();
    let seen = seen.lock().unwrap();
    assert_eq!(seen.last().unwrap().1, State::ForcedOpen);
    let follows = |pair: &[(State, State, u64)]| pair[1].2 > 0 || pair[0].1 == pair[1].0;
    assert!(seen.windows(2).all(follows), "each starts where the one before ended, unless some were lost");
}

/// Asks the breaker when it is dropped: under the breaker's lock that would never end.
struct AsksAtItsEnd(Weak<CircuitBreaker>);

impl Drop for AsksAtItsEnd {
    fn drop(&mut self) {
        let _ = self.0.upgrade().map(|breaker| breaker.snapshot());
    }
}

#[test]
fn a_removed_listener_that_lost_transitions_held_last_is_dropped_outside_the_lock() {
    let (breaker, _clock) = breaker(small());
    let breaker = Arc::new(breaker);
    let (same, is_first) = (Arc::downgrade(&breaker), AtomicU32::new(0));
    breaker.on_transition(move |_| {
        if is_first.fetch_add(1, SeqCst) > 0 {
            return;
        }
        let breaker = same.upgrade().unwrap();
        let asks = AsksAtItsEnd(Weak::clone(&same));
        let removed = breaker.on_transition(move |_| {
            let _ = &asks;
        });
        breaker.reset();
        assert!(breaker.remove_listener(removed));
        // More than may wait: the one that still holds the listener is lost.
        for _ in 0..1_024 {
            breaker.trip();
            breaker.reset();
        }
    });
    let (done, ended) = mpsc::channel();
    thread::spawn(move || {
        breaker.trip();
        done.send(breaker.state()).unwrap();
    });
    assert_eq!(ended.recv_timeout(Duration::from_secs(30)), Ok(State::Closed));
}
