//! Listeners that panic badly, come late, or are slow.

use std::{
    panic::{catch_unwind, panic_any},
    sync::{
        Arc, Barrier, Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    thread,
};

use breaker_runtime::{CircuitBreaker, Config, State};

/// What a listener panics with panics again when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("the payload's own");
    }
}

#[test]
fn fault_30_a_panic_whose_payload_panics_stays_with_the_listener() {
    let breaker = CircuitBreaker::new("bomb", Config::builder().failure_threshold(1).build().unwrap());
    let heard = Arc::new(AtomicU64::new(0));
    breaker.on_transition(|_| panic_any(Bomb));
    let count = Arc::clone(&heard);
    breaker.on_transition(move |_| {
        count.fetch_add(1, Relaxed);
    });
    let called = catch_unwind(std::panic::AssertUnwindSafe(|| breaker.call(|| Err::<(), _>(())).is_err()));
    assert!(called.unwrap(), "nothing comes out of the call");
    breaker.reset();
    assert_eq!(heard.load(Relaxed), 2, "and the others go on hearing");
}

#[test]
fn fault_30_a_listener_hears_nothing_from_before_it_subscribed() {
    let breaker = Arc::new(CircuitBreaker::new("late", Config::default()));
    let heard: Arc<Mutex<Vec<State>>> = Arc::default();
    // Subscribes another one while the second transition waits.
    let (itself, log, is_first) = (Arc::downgrade(&breaker), Arc::clone(&heard), AtomicU64::new(0));
    breaker.on_transition(move |_| {
        if is_first.fetch_add(1, Relaxed) == 0 {
            let breaker = itself.upgrade().unwrap();
            breaker.reset();
            let log = Arc::clone(&log);
            breaker.on_transition(move |t| log.lock().unwrap().push(t.to));
        }
    });
    breaker.trip();
    assert_eq!(*heard.lock().unwrap(), [], "the reset was before");
    breaker.force_open();
    assert_eq!(*heard.lock().unwrap(), [State::ForcedOpen]);
}

#[test]
fn fault_31_what_waits_for_a_slow_listener_is_bounded_and_what_is_lost_is_told() {
    // More than may wait.
    const ROUNDS: u64 = if cfg!(miri) { 520 } else { 5_000 };
    let breaker = Arc::new(CircuitBreaker::new("flaps", Config::default()));
    let (held, barrier) = (Arc::new(AtomicU64::new(0)), Arc::new(Barrier::new(2)));
    let heard: Arc<Mutex<Vec<u64>>> = Arc::default();
    let (first, gate, log) = (Arc::clone(&held), Arc::clone(&barrier), Arc::clone(&heard));
    breaker.on_transition(move |t| {
        if first.fetch_add(1, Relaxed) == 0 {
            gate.wait(); // the listener is in the middle of the first
            gate.wait(); // until all the others happened
        }
        log.lock().unwrap().push(t.lost);
    });
    let slow = {
        let breaker = Arc::clone(&breaker);
        thread::spawn(move || breaker.trip())
    };
    barrier.wait();
    for _ in 0..ROUNDS {
        breaker.reset();
        breaker.trip();
    }
    barrier.wait();
    slow.join().unwrap();
    breaker.reset();
    let heard = heard.lock().unwrap();
    let lost: u64 = heard.iter().sum();
    assert_eq!(heard.len(), 1 + 1024 + 1, "the first, those that waited, and the last");
    assert_eq!(heard.len() as u64 + lost, 2 * ROUNDS + 2, "each is heard, or counted as lost");
}
