//! The interleavings of a few threads over the core, up to three preemptions, by loom's model checker:
//! `RUSTFLAGS="--cfg loom" cargo test --release -p breaker-runtime --lib loom_tests --target-dir target/loom`.
//!
//! loom looks for no other order of a load on the first thread once the second has loaded and exchanged the same atomic.
//! So each model runs both ways round, and says which outcomes it must have seen.
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

use crate::{
    breaker::CircuitBreaker,
    clock::ManualClock,
    config::{Config, ConfigBuilder},
    rule::{Ending, ForcedMode, Source},
    state::State,
};

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

/// Runs a model with two things that happen at once, both ways round.
fn model(f: impl Fn(Pair) + Send + Sync + 'static) {
    let f = Arc::new(f);
    for pair in [Pair { turned: false }, Pair { turned: true }] {
        let f = Arc::clone(&f);
        let mut model = loom::model::Builder::new();
        model.preemption_bound = Some(3);
        model.check(move || f(pair));
    }
}

#[derive(Clone, Copy)]
struct Pair {
    turned: bool,
}

impl Pair {
    /// The one on this thread, the other on another.
    fn run(
        self,
        breaker: &Arc<CircuitBreaker>,
        one: impl Fn(&CircuitBreaker) + 'static,
        other: impl Fn(&CircuitBreaker) + 'static,
    ) {
        if self.turned {
            let thread = spawn(breaker, one);
            other(breaker);
            thread.join().unwrap();
        } else {
            let thread = spawn(breaker, other);
            one(breaker);
            thread.join().unwrap();
        }
    }
}

/// Outcomes that were seen in any execution.
#[derive(Clone, Default)]
struct Seen(Arc<AtomicU32>);

impl Seen {
    fn note(&self, outcome: u32) {
        self.0.fetch_or(1 << outcome, SeqCst);
    }

    fn all(&self, outcomes: u32) {
        assert_eq!(self.0.load(SeqCst), (1 << outcomes) - 1, "not every outcome was seen");
    }
}

#[test]
fn half_open_admits_its_permits_and_no_more() {
    model(|pair| {
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
        let third = spawn(&breaker, ask(Arc::clone(&admitted)));
        pair.run(&breaker, ask(Arc::clone(&admitted)), ask(Arc::clone(&admitted)));
        third.join().unwrap();
        assert_eq!(admitted.load(SeqCst), 2);
        assert_eq!(breaker.snapshot().rejected, 1);
    });
}

#[test]
fn a_success_against_a_trip_ends_open() {
    model(|pair| {
        let (breaker, _clock) = due(small());
        let admission = breaker.try_acquire().unwrap().into_admission();
        pair.run(&breaker, move |breaker| breaker.machine().settle(admission, Ending::Success), CircuitBreaker::trip);
        let seen = breaker.snapshot();
        assert_eq!((seen.state, seen.times_opened, seen.successes), (State::Open, 2, 1));
    });
}

#[test]
fn a_dropped_probe_against_its_expiry_opens_once() {
    model(|pair| {
        let (breaker, clock) = due(small());
        let admission = breaker.try_acquire().unwrap().into_admission();
        clock.advance(WAIT);
        // Whoever comes first finds that the episode brought no answer in time.
        let ask = |breaker: &CircuitBreaker| assert!(breaker.try_acquire().is_err());
        pair.run(&breaker, move |breaker| breaker.machine().settle(admission, Ending::Cancelled), ask);
        let seen = breaker.snapshot();
        assert_eq!((seen.state, seen.times_opened, seen.cancelled), (State::Open, 2, 1));
    });
}

fn take_permit(breaker: &CircuitBreaker) {
    std::mem::forget(breaker.try_acquire());
}

#[test]
fn fault_20_new_settings_beside_a_probe_leave_nobody_waiting_for_ever() {
    model(|pair| {
        let (breaker, clock) = due(small().half_open_max_calls(2).probe_timeout(1000 * WAIT));
        take_permit(&breaker);
        let reload = |breaker: &CircuitBreaker| breaker.reconfigure(small().probe_timeout(WAIT).build().unwrap());
        pair.run(&breaker, take_permit, reload);
        // The one of the new episode, if it is there still.
        take_permit(&breaker);
        clock.advance(WAIT);
        assert_eq!(breaker.try_acquire().unwrap_err().state, State::Open, "the lost probe's time is over");
    });
}

#[test]
fn fault_20_another_clock_beside_a_probe_leaves_nobody_waiting_for_ever() {
    model(|pair| {
        let (breaker, before) = due(small().half_open_max_calls(2));
        before.advance(1000 * WAIT);
        take_permit(&breaker);
        let clock = ManualClock::new();
        let other = clock.clone();
        pair.run(&breaker, take_permit, move |breaker| breaker.set_clock(other.clone()));
        assert_eq!(breaker.state(), State::Closed);
        breaker.trip();
        clock.advance(WAIT);
        take_permit(&breaker);
        take_permit(&breaker);
        clock.advance(WAIT);
        assert_eq!(breaker.try_acquire().unwrap_err().state, State::Open);
    });
}

#[test]
fn a_ramp_admits_what_its_successes_allow() {
    model(|pair| {
        let (breaker, _clock) = due(small().half_open_growth(1).success_threshold(3));
        let admission = breaker.try_acquire().unwrap().into_admission();
        let admitted = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&admitted);
        let ask = move |breaker: &CircuitBreaker| {
            let _ = breaker.try_acquire().map(std::mem::forget).map(|()| count.fetch_add(1, SeqCst));
        };
        let success = move |breaker: &CircuitBreaker| breaker.machine().settle(admission, Ending::Success);
        pair.run(&breaker, success, ask);
        let more = (0..2).filter(|_| breaker.try_acquire().map(std::mem::forget).is_ok()).count();
        assert_eq!(admitted.load(SeqCst) as usize + more, 1, "one for one success");
    });
}

#[test]
fn a_longer_wait_against_the_end_of_the_shorter_is_kept_or_comes_too_late() {
    let ended = Seen::default();
    let note = ended.clone();
    model(move |pair| {
        let (breaker, _clock) = due(small());
        let probe = |breaker: &CircuitBreaker| std::mem::forget(breaker.try_acquire());
        pair.run(&breaker, probe, |breaker| breaker.trip_for(2 * WAIT));
        let seen = breaker.snapshot();
        assert_eq!((seen.state, seen.retry_after), (State::Open, Some(2 * WAIT)));
        note.note(u32::from(seen.rejected == 0));
    });
    ended.all(2);
}

#[test]
fn a_hand_against_the_fleet_holds_and_leaves_the_fleets_behind() {
    model(|pair| {
        let (breaker, _clock) = breaker(small());
        let fleet = |breaker: &CircuitBreaker| breaker.machine().force(Source::Fleet, Some(ForcedMode::Open));
        pair.run(&breaker, CircuitBreaker::disable, fleet);
        assert_eq!(breaker.state(), State::Disabled);
        breaker.machine().force(Source::Hand, None);
        assert_eq!(breaker.state(), State::ForcedOpen);
        breaker.machine().force(Source::Fleet, None);
        assert_eq!(breaker.state(), State::Closed);
    });
}

#[test]
fn a_trip_against_a_reset_ends_in_either_and_works_on() {
    let ended = Seen::default();
    let note = ended.clone();
    model(move |pair| {
        let (breaker, clock) = breaker(small());
        pair.run(&breaker, CircuitBreaker::trip, CircuitBreaker::reset);
        match breaker.state() {
            State::Open => {
                note.note(0);
                assert!(breaker.try_acquire().is_err());
                clock.advance(WAIT);
                succeed(&breaker);
            }
            State::Closed => {
                note.note(1);
                succeed(&breaker);
            }
            state => panic!("{state}"),
        }
        assert_eq!(breaker.state(), State::Closed);
        fail(&breaker);
        assert_eq!(breaker.state(), State::Open);
    });
    ended.all(2);
}

#[test]
fn no_failure_of_a_streak_is_lost() {
    model(|pair| {
        let (breaker, _clock) = breaker(small().failure_threshold(3));
        fail(&breaker);
        pair.run(&breaker, fail, fail);
        let seen = breaker.snapshot();
        assert_eq!((seen.state, seen.failures, seen.times_opened), (State::Open, 3, 1));
    });
}

#[test]
fn whoever_sees_it_open_sees_its_deadline() {
    let looked = Seen::default();
    let note = looked.clone();
    model(move |pair| {
        let (breaker, _clock) = breaker(small());
        let note = note.clone();
        let look = move |breaker: &CircuitBreaker| {
            match breaker.try_acquire().map(std::mem::forget) {
                Ok(()) => note.note(0),
                Err(rejected) => {
                    note.note(1);
                    assert_eq!((rejected.state, rejected.retry_after), (State::Open, Some(WAIT)));
                }
            }
            assert_ne!(breaker.state(), State::HalfOpen);
        };
        pair.run(&breaker, look, fail);
    });
    looked.all(2);
}

#[test]
fn a_failure_from_before_a_reset_counts_for_nothing_after_it() {
    model(|pair| {
        let (breaker, _clock) = breaker(small().failure_threshold(2));
        let admission = breaker.try_acquire().unwrap().into_admission();
        pair.run(&breaker, move |breaker| breaker.machine().settle(admission, Ending::Failure), CircuitBreaker::reset);
        let seen = breaker.snapshot();
        assert_eq!((seen.state, seen.consecutive_failures, seen.failures), (State::Closed, 0, 1));
    });
}

#[test]
fn a_window_loses_no_call_and_counts_none_twice() {
    model(|pair| {
        let (breaker, _clock) = breaker(small().failure_threshold(9).window(10));
        succeed(&breaker);
        pair.run(&breaker, succeed, fail);
        succeed(&breaker);
        let seen = breaker.snapshot();
        assert_eq!((seen.window_calls, seen.window_failures, seen.successes), (4, 1, 3));
    });
}

#[test]
fn successes_that_share_a_counter_are_all_taken() {
    model(|pair| {
        let (breaker, _clock) = breaker(small().failure_threshold(9).window(10));
        let third = spawn(&breaker, succeed);
        pair.run(&breaker, succeed, fail);
        third.join().unwrap();
        let seen = breaker.snapshot();
        assert_eq!((seen.window_calls, seen.window_failures, seen.successes), (3, 1, 2));
    });
}

#[test]
fn a_success_from_before_a_reset_is_in_no_window_after_it() {
    model(|pair| {
        let (breaker, _clock) = breaker(small().failure_threshold(9).window(10));
        let admission = breaker.try_acquire().unwrap().into_admission();
        let again = |breaker: &CircuitBreaker| {
            breaker.reset();
            succeed(breaker);
            fail(breaker);
        };
        pair.run(&breaker, move |breaker| breaker.machine().settle(admission, Ending::Success), again);
        let seen = breaker.snapshot();
        assert_eq!((seen.window_calls, seen.window_failures, seen.successes), (2, 1, 2));
    });
}

#[test]
fn new_settings_against_a_failure_keep_the_circuit_working() {
    model(|pair| {
        let (breaker, _clock) = breaker(small().failure_threshold(2));
        let settings = |breaker: &CircuitBreaker| breaker.reconfigure(small().window(4).build().unwrap());
        pair.run(&breaker, settings, fail);
        fail(&breaker);
        let seen = breaker.snapshot();
        assert_eq!((seen.state, seen.times_opened, seen.failures + seen.rejected), (State::Open, 1, 2));
    });
}

#[test]
fn new_settings_against_the_first_probe_hold_for_the_episode() {
    model(|pair| {
        let (breaker, _clock) = due(small());
        let two = || small().half_open_max_calls(2).success_threshold(2).build().unwrap();
        pair.run(&breaker, move |breaker| breaker.reconfigure(two()), succeed);
        for _ in 0..2 {
            succeed(&breaker);
        }
        assert_eq!(breaker.state(), State::Closed);
    });
}

#[test]
fn fewer_probes_against_the_first_one_are_no_more_than_they_say() {
    model(|pair| {
        let (breaker, _clock) = due(small().half_open_max_calls(3).success_threshold(3));
        let probe = |breaker: &CircuitBreaker| {
            let _ = breaker.try_acquire().map(std::mem::forget);
        };
        pair.run(&breaker, |breaker| breaker.reconfigure(small().build().unwrap()), probe);
        // The permit of the old settings may be void, and then the new ones give out theirs.
        let more = (0..3).filter(|_| breaker.try_acquire().map(std::mem::forget).is_ok()).count();
        assert!(more <= 1, "{more}");
    });
}
