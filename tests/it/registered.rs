//! Breakers of the user's own in the registry: held weakly, and seen.

use std::{
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering::SeqCst},
    },
    thread,
    time::{Duration, Instant},
};

use breaker_runtime::{
    CircuitBreaker, CircuitBreakerFamily, Config, State, circuit_breaker,
    integration::{Reading, Scope},
    registry,
};

use crate::support::{fail, small, succeed};

fn registered(name: &'static str) -> Arc<CircuitBreaker> {
    let breaker = Arc::new(CircuitBreaker::new(name, small().build().unwrap()));
    registry().register(Arc::clone(&breaker));
    breaker
}

fn shown(name: &str) -> Option<Reading> {
    Scope::registry().read().into_iter().find(|seen| seen.name == *name)
}

/// Waits for what is so as soon as no other test reads the registry: who reads it holds each breaker meanwhile, so one that is
/// dropped here may live a moment longer.
#[expect(
    clippy::disallowed_methods,
    reason = "other threads have to get on, and no clock of a breaker's tells of that"
)]
fn eventually(what: &str, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(10), "{what}");
        thread::yield_now();
    }
}

fn in_health(name: &str) -> usize {
    registry().health().breakers.iter().filter(|breaker| breaker.name == *name).count()
}

#[test]
fn one_is_found_and_in_health_as_long_as_somebody_holds_it() {
    let breaker = registered("registered-found");
    assert!(Arc::ptr_eq(&registry().find("registered-found").unwrap(), &breaker));
    assert!(registry().get("registered-found").is_none(), "what `get` lends lives as long as the program");
    assert!(registry().iter().all(|breaker| breaker.name() != "registered-found"));
    breaker.trip();
    assert!(!registry().health().get("registered-found").unwrap().healthy);
    eventually("held weakly", || Arc::strong_count(&breaker) == 1);
    drop(breaker);
    eventually("gone", || registry().find("registered-found").is_none());
    assert_eq!(in_health("registered-found"), 0);
    assert!(registry().find("registered-nobody").is_none());
}

#[test]
fn twice_the_same_does_nothing() {
    let breaker = registered("registered-twice");
    let heard = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&heard);
    let listener = registry().on_transition(move |t| {
        count.fetch_add(u32::from(t.name == "registered-twice"), SeqCst);
    });
    registry().register(Arc::clone(&breaker));
    breaker.trip();
    assert_eq!((heard.load(SeqCst), in_health("registered-twice")), (1, 1));
    assert_eq!(shown("registered-twice").unwrap().totals.times_opened, 1);
    assert!(registry().remove_listener(listener));
    breaker.reset();
    assert_eq!(heard.load(SeqCst), 1);
}

#[test]
fn listeners_of_before_and_after_hear_it_and_recent_keeps_it() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let listen = |who: &'static str| {
        let heard = Arc::clone(&heard);
        registry().on_transition(move |t| {
            if t.name == "registered-heard" {
                heard.lock().unwrap().push((who, t.to));
            }
        })
    };
    let before = listen("before");
    let breaker = registered("registered-heard");
    let after = listen("after");
    breaker.trip();
    assert_eq!(*heard.lock().unwrap(), [("before", State::Open), ("after", State::Open)]);
    assert!(registry().recent().iter().any(|t| t.name == "registered-heard" && t.to == State::Open));
    assert!(registry().remove_listener(before) && registry().remove_listener(after));
}

#[test]
fn equal_names_are_one_in_metrics_and_what_a_dropped_one_counted_stays() {
    let name = "registered-equal";
    let (first, second) = (registered(name), registered(name));
    let _ = (fail(&first), fail(&first), succeed(&second));
    let seen = shown(name).unwrap();
    assert_eq!((seen.state, seen.totals.failures, seen.totals.successes), (State::Open, 2, 1));
    assert_eq!(in_health(name), 2, "health shows each");
    assert!(Arc::ptr_eq(&registry().find(name).unwrap(), &first), "the first that is alive");

    let is_closed = || shown(name).unwrap().state == State::Closed;
    drop(first);
    eventually("the first is gone", is_closed);
    let seen = shown(name).unwrap();
    assert_eq!((seen.totals.failures, seen.totals.times_opened), (2, 1));
    assert!(Arc::ptr_eq(&registry().find(name).unwrap(), &second));
    let _ = fail(&second);
    second.trip();
    drop(second);
    eventually("nobody is kept out", is_closed);
    let seen = shown(name).unwrap();
    assert_eq!((seen.totals.failures, seen.totals.successes, in_health(name)), (3, 1, 0));

    let third = registered(name);
    let _ = fail(&third);
    third.disable();
    let seen = shown(name).unwrap();
    assert_eq!((seen.totals.failures, seen.state), (4, State::Disabled), "the state is that of the living");
}

#[test]
fn one_that_is_taken_out_of_its_arc_still_counts() {
    let name = "registered-taken-out";
    let breaker = registered(name);
    let _ = fail(&breaker);
    assert_eq!(shown(name).unwrap().totals.failures, 1);
    let mut held = breaker;
    let breaker = loop {
        match Arc::try_unwrap(held) {
            Ok(breaker) => break breaker,
            // Another test reads the registry.
            Err(again) => held = again,
        }
    };
    assert_eq!((shown(name).unwrap().totals.failures, in_health(name)), (1, 0));
    let _ = fail(&breaker);
    drop(breaker);
    assert_eq!(shown(name).unwrap().totals.failures, 2);
}

#[test]
fn no_sum_ever_falls_while_breakers_come_and_go() {
    const ROUNDS: u64 = if cfg!(miri) { 10 } else { 500 };
    let name = "registered-monotone";
    let done = AtomicBool::new(false);
    thread::scope(|threads| {
        let reader = threads.spawn(|| {
            let (mut last, mut readings) = (0, 0);
            while !done.load(SeqCst) {
                let now = shown(name).map_or(0, |seen| seen.totals.successes);
                assert!(now >= last, "{now} after {last}");
                (last, readings) = (now, readings + 1);
            }
            readings
        });
        let writers = [(), ()].map(|()| {
            threads.spawn(|| {
                for _ in 0..ROUNDS {
                    let breaker = registered(name);
                    for _ in 0..10 {
                        succeed(&breaker).unwrap();
                    }
                }
            })
        });
        for writer in writers {
            writer.join().unwrap();
        }
        done.store(true, SeqCst);
        assert!(reader.join().unwrap() > 0);
    });
    assert_eq!(shown(name).unwrap().totals.successes, 2 * 10 * ROUNDS);
}

#[test]
fn a_listener_may_drop_the_last_one_and_ask_the_registry() {
    let breaker = registered("registered-reentrant");
    let slot = Arc::new(Mutex::new(Some(Arc::clone(&breaker))));
    let inner = Arc::clone(&slot);
    breaker.on_transition(move |_| {
        let last = inner.lock().unwrap().take();
        drop(last);
        assert!(registry().health().get("registered-reentrant").is_some());
        let _ = Scope::registry().read();
    });
    breaker.trip();
    assert!(slot.lock().unwrap().is_none());
}

#[test]
fn a_destructor_of_the_users_may_ask_the_registry() {
    struct Asks;
    impl Drop for Asks {
        fn drop(&mut self) {
            let _ = (registry().health(), registry().find("registered-asks"), Scope::registry().read());
        }
    }
    let breaker = registered("registered-asks");
    let asks = Asks;
    breaker.on_transition(move |_| {
        let _ = &asks;
    });
    drop(breaker);
    eventually("gone", || registry().find("registered-asks").is_none());
}

static DECLARED: LazyLock<CircuitBreaker> =
    LazyLock::new(|| CircuitBreaker::new("declared-static", small().build().unwrap()));
static DECLARED_FAMILY: LazyLock<CircuitBreakerFamily> =
    LazyLock::new(|| CircuitBreakerFamily::new("declared-family", small().build().unwrap()));
static DECLARED_ARC: LazyLock<Arc<CircuitBreaker>> =
    LazyLock::new(|| Arc::new(CircuitBreaker::new("declared-arc", Config::default())));

trait Pay {
    fn pay(&self) -> std::io::Result<()>;
}

struct Bank;

impl Pay for Bank {
    #[circuit_breaker(breaker = DECLARED)]
    fn pay(&self) -> std::io::Result<()> {
        Err(std::io::ErrorKind::ConnectionRefused.into())
    }
}

#[circuit_breaker(name = "declared-handle", handle = declared)]
fn annotated() -> std::io::Result<()> {
    Ok(())
}

#[circuit_breaker(name = "declared-keyed", key = host, handle = declared_hosts)]
fn keyed(host: &str) -> std::io::Result<()> {
    Ok(())
}

#[test]
fn what_is_declared_is_seen_before_its_first_call() {
    for _ in 0..2 {
        registry().declare(&[declared(), declared_hosts(), &DECLARED, &DECLARED_FAMILY, &DECLARED_ARC]);
    }
    for name in ["declared-handle", "declared-static", "declared-arc"] {
        assert_eq!((in_health(name), shown(name).unwrap().totals.successes), (1, 0), "{name}");
        assert_eq!(registry().get(name).unwrap().name(), name);
    }
    assert!(shown("declared-keyed").is_some() && shown("declared-family").is_some());
    assert!(std::ptr::eq(registry().family("declared-family").unwrap(), &*DECLARED_FAMILY));

    let heard = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&heard);
    registry().on_transition(move |t| {
        if t.name.starts_with("declared-") {
            log.lock().unwrap().push(t.name.to_string());
        }
    });
    let _ = (Bank.pay(), Bank.pay());
    DECLARED_FAMILY.get("a").trip();
    assert_eq!(*heard.lock().unwrap(), ["declared-static", "declared-family[a]"]);
    annotated().unwrap();
    keyed("a").unwrap();
    assert_eq!(in_health("declared-keyed[a]"), 1);
}

#[test]
fn a_clock_of_the_registry_is_not_put_there_by_registering() {
    let clock = breaker_runtime::testing::ManualClock::new();
    let breaker = Arc::new(CircuitBreaker::with_clock("registered-clock", Config::default(), clock.clone()));
    breaker.trip();
    registry().register(Arc::clone(&breaker));
    assert_eq!(breaker.state(), State::Open, "its state and its clock stay");
    clock.advance(Duration::from_secs(60));
    assert_eq!(breaker.state(), State::HalfOpen);
}
