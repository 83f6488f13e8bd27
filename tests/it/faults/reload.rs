//! Settings that change while calls go on.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, SystemTime},
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

/// Panics at the reading that it is told, counted down to.
#[derive(Clone, Default)]
struct Fragile(Arc<(AtomicU64, AtomicI64)>);

impl Fragile {
    fn read(&self) {
        assert!(self.0.1.fetch_sub(1, Relaxed) != 1, "the clock's panic");
    }

    fn advance(&self, by: Duration) {
        self.0.0.fetch_add(u64::try_from(by.as_nanos()).unwrap(), Relaxed);
    }
}

impl Clock for Fragile {
    fn nanos(&self) -> u64 {
        self.read();
        self.0.0.load(Relaxed)
    }

    fn wall(&self) -> SystemTime {
        self.read();
        SystemTime::UNIX_EPOCH
    }
}

#[test]
fn fault_22_a_clock_that_panics_once_changes_nothing() {
    let clock = Fragile::default();
    let config = Config::builder().failure_threshold(2).failure_rate(0.5).window(10).min_calls(10).build().unwrap();
    let breaker = CircuitBreaker::with_clock("fragile", config, clock.clone());
    let _ = breaker.call(|| Err::<(), _>(()));
    clock.0.1.store(1, Relaxed);
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

#[test]
fn fault_22_a_breaker_works_on_wherever_its_clock_panicked() {
    let configs = || {
        let both = || small().failure_rate(0.9).min_calls(10);
        [small(), both().window(10), both().window(WAIT), both().window(10).slow_call_duration(WAIT)]
    };
    let steps: [fn(&CircuitBreaker, &Fragile); 14] = [
        |breaker, _| drop(succeed(breaker)),
        |breaker, _| drop(fail(breaker)),
        |breaker, _| drop((fail(breaker), fail(breaker))),
        |breaker, _| drop(breaker.try_acquire()),
        |breaker, _| drop((breaker.snapshot(), breaker.health(), breaker.rejection())),
        |breaker, _| breaker.trip(),
        |breaker, _| breaker.trip_for(WAIT),
        |breaker, _| breaker.half_open(),
        |breaker, _| breaker.close(),
        |breaker, _| breaker.reset(),
        |breaker, _| breaker.force_open(),
        |breaker, _| breaker.metrics_only(),
        |breaker, clock| breaker.set_clock(clock.clone()),
        |breaker, _| breaker.reconfigure(small().failure_rate(0.8).window(20).build().unwrap()),
    ];
    let starts: [fn(&CircuitBreaker, &Fragile); 4] = [
        |_, _| {},
        |breaker, _| drop(fail(breaker)),
        |breaker, _| breaker.trip(),
        |breaker, clock| {
            breaker.trip();
            clock.advance(WAIT);
            succeed(breaker).unwrap();
        },
    ];
    let mut panics = 0;
    let places = (0..configs().len()).flat_map(|config| {
        (0..starts.len())
            .flat_map(move |start| (0..14).flat_map(move |step| (1..6).map(move |n| (config, start, step, n))))
    });
    for (config, start, step, reading) in places {
        let clock = Fragile::default();
        let config = configs()[config].clone().half_open_max_calls(2).success_threshold(2).build().unwrap();
        let breaker = CircuitBreaker::with_clock("fragile", config, clock.clone());
        breaker.on_transition(|_| {});
        starts[start](&breaker, &clock);
        clock.0.1.store(reading, Relaxed);
        panics += u32::from(catch_unwind(AssertUnwindSafe(|| steps[step](&breaker, &clock))).is_err());
        clock.0.1.store(0, Relaxed);

        let at = format!("{:?}, start {start}, step {step}, reading {reading}", breaker.config());
        if breaker.state() == State::Closed && breaker.config().window().is_some() {
            let before = breaker.snapshot().window_calls;
            succeed(&breaker).unwrap();
            assert_eq!(breaker.snapshot().window_calls, before + 1, "{at}");
        }
        for _ in 0..4 {
            clock.advance(WAIT * 20);
            let _ = (succeed(&breaker), succeed(&breaker), succeed(&breaker));
        }
        let is_forced = matches!(breaker.state(), State::ForcedOpen | State::MetricsOnly);
        assert!(is_forced || breaker.state() == State::Closed, "{at}");
        breaker.reset();
        let _ = (succeed(&breaker), succeed(&breaker));
        let counted = if breaker.config().window().is_some() { 2 } else { 0 };
        assert_eq!(breaker.snapshot().window_calls, counted, "{at}");
        let _ = (fail(&breaker), fail(&breaker));
        assert_eq!(breaker.state(), State::Open, "{at}");
    }
    assert!(panics > 200, "{panics}");
}
