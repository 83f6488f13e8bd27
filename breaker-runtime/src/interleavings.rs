//! Every interleaving of a few threads over the core, by loom's model checker:
//! `RUSTFLAGS="--cfg loom" cargo test --release -p breaker-runtime --lib interleavings --target-dir target/loom`.
//!
//! Here and not under `tests`, because the core itself is built with loom then: what only the crate's own tests need is
//! not in the lock file of a user.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::SeqCst},
    },
    time::Duration,
};

use loom::thread;

use crate::{CircuitBreaker, Config, ConfigBuilder, State, testing::ManualClock};

const WAIT: Duration = Duration::from_secs(60);

/// One failure opens, one probe decides.
fn small() -> ConfigBuilder {
    Config::builder().failure_threshold(1).recovery_timeout(WAIT).half_open_max_calls(1)
}

fn breaker(config: ConfigBuilder) -> (Arc<CircuitBreaker>, ManualClock) {
    let clock = ManualClock::new();
    (Arc::new(CircuitBreaker::with_clock("loom", config.build().unwrap(), clock.clone())), clock)
}

fn due(config: ConfigBuilder) -> (Arc<CircuitBreaker>, ManualClock) {
    let (breaker, clock) = breaker(config);
    breaker.trip();
    clock.advance(WAIT);
    (breaker, clock)
}

fn spawn(breaker: &Arc<CircuitBreaker>, f: impl Fn(&CircuitBreaker) + 'static) -> thread::JoinHandle<()> {
    let breaker = Arc::clone(breaker);
    thread::spawn(move || f(&breaker))
}

fn fail(breaker: &CircuitBreaker) {
    let _ = breaker.call(|| Err::<(), _>(()));
}

fn succeed(breaker: &CircuitBreaker) {
    let _ = breaker.call(|| Ok::<_, ()>(()));
}

fn model(f: impl Fn() + Send + Sync + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(f);
}

#[test]
fn half_open_admits_its_permits_and_no_more() {
    model(|| {
        let (breaker, _clock) = due(small().half_open_max_calls(2).success_threshold(2));
        let admitted = Arc::new(AtomicU32::new(0));
        let ask = |admitted: Arc<AtomicU32>| {
            move |breaker: &CircuitBreaker| {
                if let Ok(permit) = breaker.try_acquire() {
                    admitted.fetch_add(1, SeqCst);
                    std::mem::forget(permit);
                }
            }
        };
        let threads = [spawn(&breaker, ask(Arc::clone(&admitted))), spawn(&breaker, ask(Arc::clone(&admitted)))];
        ask(Arc::clone(&admitted))(&breaker);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(admitted.load(SeqCst), 2);
        assert_eq!(breaker.snapshot().rejected, 1);
    });
}

#[test]
fn a_success_against_a_trip_ends_open() {
    model(|| {
        let (breaker, _clock) = due(small());
        let permit = breaker.try_acquire().unwrap();
        let other = spawn(&breaker, CircuitBreaker::trip);
        permit.success();
        other.join().unwrap();
        let seen = breaker.snapshot();
        assert_eq!((seen.state, seen.times_opened, seen.successes), (State::Open, 2, 1));
    });
}

#[test]
fn a_dropped_probe_against_its_expiry_leaves_one_permit() {
    model(|| {
        let (breaker, clock) = due(small());
        let permit = breaker.try_acquire().unwrap();
        clock.advance(WAIT);
        let other = spawn(&breaker, |breaker| {
            // Either the permit is back, or its time is over.
            std::mem::forget(breaker.try_acquire().unwrap());
        });
        drop(permit);
        other.join().unwrap();
        assert!(breaker.try_acquire().is_err());
        assert_eq!(breaker.snapshot().cancelled, 1);
    });
}

#[test]
fn a_trip_against_a_reset_ends_in_either_and_works_on() {
    model(|| {
        let (breaker, clock) = breaker(small());
        let other = spawn(&breaker, CircuitBreaker::trip);
        breaker.reset();
        other.join().unwrap();
        match breaker.state() {
            State::Open => {
                assert!(breaker.try_acquire().is_err());
                clock.advance(WAIT);
                succeed(&breaker);
            }
            State::Closed => succeed(&breaker),
            state => panic!("{state}"),
        }
        assert_eq!(breaker.state(), State::Closed);
        fail(&breaker);
        assert_eq!(breaker.state(), State::Open);
    });
}

#[test]
fn no_failure_of_a_streak_is_lost() {
    model(|| {
        let (breaker, _clock) = breaker(small().failure_threshold(3));
        let threads = [spawn(&breaker, fail), spawn(&breaker, fail)];
        fail(&breaker);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        let seen = breaker.snapshot();
        assert_eq!((seen.state, seen.failures, seen.times_opened), (State::Open, 3, 1));
    });
}

#[test]
fn whoever_sees_it_open_sees_its_deadline() {
    model(|| {
        let (breaker, _clock) = breaker(small());
        let other = spawn(&breaker, fail);
        if let Err(refused) = breaker.try_acquire().map(std::mem::forget) {
            assert_eq!((refused.state, refused.retry_after), (State::Open, Some(WAIT)));
        }
        assert_ne!(breaker.state(), State::HalfOpen);
        other.join().unwrap();
    });
}

#[test]
fn a_failure_from_before_a_reset_counts_for_nothing_after_it() {
    model(|| {
        let (breaker, _clock) = breaker(small().failure_threshold(2));
        let permit = breaker.try_acquire().unwrap();
        let other = spawn(&breaker, CircuitBreaker::reset);
        permit.failure();
        other.join().unwrap();
        let seen = breaker.snapshot();
        assert_eq!((seen.state, seen.consecutive_failures, seen.failures), (State::Closed, 0, 1));
    });
}

#[test]
fn a_window_loses_no_call_and_counts_none_twice() {
    model(|| {
        let (breaker, _clock) = breaker(small().failure_threshold(9).window(10));
        succeed(&breaker);
        let other = spawn(&breaker, succeed);
        fail(&breaker);
        other.join().unwrap();
        succeed(&breaker);
        let seen = breaker.snapshot();
        assert_eq!((seen.window_calls, seen.window_failures, seen.successes), (4, 1, 3));
    });
}

#[test]
fn successes_that_share_a_counter_are_all_taken() {
    model(|| {
        let (breaker, _clock) = breaker(small().failure_threshold(9).window(10));
        let threads = [spawn(&breaker, succeed), spawn(&breaker, succeed)];
        fail(&breaker);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        let seen = breaker.snapshot();
        assert_eq!((seen.window_calls, seen.window_failures, seen.successes), (3, 1, 2));
    });
}

#[test]
fn a_success_from_before_a_reset_is_in_no_window_after_it() {
    model(|| {
        let (breaker, _clock) = breaker(small().failure_threshold(9).window(10));
        let permit = breaker.try_acquire().unwrap();
        let other = spawn(&breaker, CircuitBreaker::reset);
        permit.success();
        other.join().unwrap();
        let seen = breaker.snapshot();
        assert_eq!((seen.window_calls, seen.successes), (0, 1));
    });
}

#[test]
fn new_settings_against_a_failure_keep_the_circuit_working() {
    model(|| {
        let (breaker, _clock) = breaker(small().failure_threshold(2));
        let other = spawn(&breaker, |breaker| breaker.reconfigure(small().window(4).build().unwrap()));
        fail(&breaker);
        other.join().unwrap();
        fail(&breaker);
        let seen = breaker.snapshot();
        assert_eq!((seen.state, seen.times_opened, seen.failures + seen.rejected), (State::Open, 1, 2));
    });
}
