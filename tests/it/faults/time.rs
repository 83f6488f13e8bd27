//! Clocks of the user's own.

use std::{
    sync::{
        Arc, Mutex, Weak,
        atomic::{AtomicU64, Ordering::Relaxed},
        mpsc,
    },
    thread,
    time::{Duration, SystemTime},
};

use breaker_runtime::{CircuitBreaker, CircuitBreakerFamily, Clock, Config, State, testing::ManualClock};

/// Any origin, and a time of day that somebody sets.
#[derive(Clone)]
struct Odd(Arc<(AtomicU64, Mutex<SystemTime>)>);

impl Odd {
    fn new(origin: u64) -> Self {
        Self(Arc::new((AtomicU64::new(origin), Mutex::new(SystemTime::UNIX_EPOCH))))
    }

    fn advance(&self, by: Duration) {
        self.0.0.fetch_add(by.as_nanos() as u64, Relaxed);
    }
}

impl Clock for Odd {
    fn nanos(&self) -> u64 {
        self.0.0.load(Relaxed)
    }

    fn wall(&self) -> SystemTime {
        *self.0.1.lock().unwrap()
    }
}

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn fault_23_a_clock_may_begin_anywhere() {
    for origin in [0, 1 << 61, 73 * 365 * 86_400 * 1_000_000_000, u64::MAX - 3_600_000_000_000] {
        let clock = Odd::new(origin);
        let breaker = CircuitBreaker::with_clock("odd", Config::default(), clock.clone());
        breaker.trip();
        assert_eq!(breaker.snapshot().retry_after, Some(MINUTE), "origin {origin}");
        clock.advance(MINUTE);
        assert_eq!(breaker.state(), State::HalfOpen, "origin {origin}");
    }
}

#[test]
fn fault_24_a_failure_keeps_its_time_when_the_time_of_day_is_set() {
    let clock = Odd::new(7);
    let breaker = CircuitBreaker::with_clock("stepped", Config::default(), clock.clone());
    let noon = SystemTime::UNIX_EPOCH + 12 * 60 * MINUTE;
    *clock.0.1.lock().unwrap() = noon;
    let _ = breaker.call(|| Err::<(), _>(()));
    *clock.0.1.lock().unwrap() = noon + 30 * MINUTE;
    clock.advance(MINUTE);
    assert_eq!(breaker.snapshot().last_failure, Some(noon));
}

#[test]
fn fault_25_a_breaker_that_is_made_on_a_clock_has_no_history() {
    let breaker = CircuitBreaker::with_clock("new", Config::default(), ManualClock::new());
    assert_eq!(breaker.snapshot().transitions.iter().count(), 0);

    let family = CircuitBreakerFamily::new("keys", Config::default());
    let (heard, transitions) = mpsc::channel();
    family.on_transition(move |t| heard.send(t.clone()).unwrap());
    family.set_clock(ManualClock::new());
    family.get("a");
    assert_eq!(transitions.try_iter().count(), 0);
    assert_eq!(family.totals().transitions.iter().count(), 0);
}

#[test]
fn fault_26_a_call_from_under_another_clock_is_not_slow() {
    let config = Config::builder().slow_call_duration(Duration::from_secs(1)).build().unwrap();
    let breaker = CircuitBreaker::with_clock("timed", config, ManualClock::new());
    let call = breaker.try_acquire().unwrap();
    let clock = ManualClock::new();
    breaker.set_clock(clock.clone());
    clock.advance(MINUTE);
    call.success();
    assert_eq!(breaker.snapshot().slow, 0);
    let call = breaker.try_acquire().unwrap();
    clock.advance(MINUTE);
    call.success();
    assert_eq!(breaker.snapshot().slow, 1);
}

#[test]
fn fault_26_nor_is_one_that_rode_on_a_probe() {
    let config = Config::builder().slow_call_duration(Duration::from_secs(1)).half_open_max_calls(1).build().unwrap();
    let (first, clock) = (ManualClock::new(), ManualClock::new());
    let breaker = CircuitBreaker::with_clock("ridden", config, first.clone());
    breaker.trip();
    first.advance(MINUTE);
    let inner = || {
        breaker.call(|| {
            breaker.set_clock(clock.clone());
            clock.advance(10 * MINUTE);
            Ok::<_, ()>(())
        })
    };
    breaker.call(inner).unwrap();
    assert_eq!((breaker.snapshot().slow, breaker.snapshot().successes), (0, 2));
}

#[test]
fn fault_26_a_clock_may_look_at_its_breaker_when_it_is_dropped() {
    struct Curious(Arc<Mutex<Weak<CircuitBreaker>>>, mpsc::Sender<State>);
    impl Clock for Curious {
        fn nanos(&self) -> u64 {
            0
        }
    }
    impl Drop for Curious {
        fn drop(&mut self) {
            if let Some(breaker) = self.0.lock().unwrap().upgrade() {
                let _ = breaker.snapshot();
                let _ = self.1.send(breaker.state());
            }
        }
    }
    let (looked, seen) = mpsc::channel();
    let itself = Arc::new(Mutex::new(Weak::new()));
    let breaker =
        Arc::new(CircuitBreaker::with_clock("curious", Config::default(), Curious(Arc::clone(&itself), looked)));
    *itself.lock().unwrap() = Arc::downgrade(&breaker);
    // On another thread, so that a dead-lock is a failure of this test and not its end.
    thread::spawn(move || breaker.set_clock(ManualClock::new()));
    assert_eq!(seen.recv_timeout(Duration::from_secs(60)), Ok(State::Closed));
}
