//! Half-open against a dependency that hangs, and one that answers late.

use std::time::Duration;

use breaker_runtime::{CircuitBreaker, Config, OwnedPermit, Reason, State, Verdict, testing::ManualClock};

use std::sync::{Arc, Mutex};

const SECOND: Duration = Duration::from_secs(1);
const TICK: Duration = Duration::from_millis(100);

/// An hour in which a caller comes every tick, and gives up after so long. Returns the calls that were admitted after the
/// circuit first opened, and the share of the time that it was open.
fn hour(limit: Duration) -> (u64, f64) {
    let clock = ManualClock::new();
    let config = Config::builder().failure_threshold(5).recovery_timeout(10 * SECOND).backoff_multiplier(2.0);
    let breaker = Arc::new(CircuitBreaker::with_clock("hangs", config.build().unwrap(), clock.clone()));
    breaker.trip();
    let (mut hanging, mut admitted, mut open) = (Vec::<(Duration, OwnedPermit)>::new(), 0, 0_u32);
    let ticks = 36_000;
    for tick in 0..ticks {
        let now = TICK * tick;
        hanging.retain(|(since, _)| now - *since < limit);
        if let Ok(permit) = breaker.try_acquire_owned() {
            hanging.push((now, permit));
            admitted += 1;
        }
        open += u32::from(breaker.state() == State::Open);
        clock.advance(TICK);
    }
    (admitted, f64::from(open) / f64::from(ticks))
}

/// What the rule comes to. An episode lasts until the first drop, or the first caller without a permit, at or after the
/// limit of 30 s; each permit is taken once for each time that a caller holds it. Then the wait, from 10 s to 100 s.
fn expected(limit: u32) -> u64 {
    let (mut now, mut wait, mut admitted) = (10.0, 20.0_f64, 0);
    while now < 3600.0 {
        // Three callers, a tick apart; who gives up within the limit makes room for the next.
        let rounds = 30_u32.div_ceil(limit.min(30));
        let length = if limit < 30 { f64::from(rounds * limit) } else { 30.0 };
        admitted += u64::from(3 * rounds);
        now += length + wait;
        wait = (wait * 2.0).min(100.0);
    }
    admitted
}

#[test]
fn fault_15_a_dependency_that_hangs_is_left_alone_whenever_its_callers_give_up() {
    for limit in [8, 30, 59] {
        let ((admitted, open), computed) = (hour(SECOND * limit), expected(limit));
        println!(
            "limit {limit} s: {admitted} calls admitted in an hour, {computed} computed, open {:.0} %",
            open * 100.0
        );
        assert!(admitted.abs_diff(computed) <= 12, "an episode at the hour's end: {admitted}, not {computed}");
        assert!(open > 0.6, "limit {limit}: open {open}");
    }
}

#[test]
fn fault_15_one_that_answers_within_the_limit_closes_however_late() {
    let default = Config::builder().recovery_timeout(10 * SECOND).build().unwrap();
    assert_eq!(default.probe_timeout(), 30 * SECOND);
    let longer = default.to_builder().probe_timeout(40 * SECOND).build().unwrap();
    // The last two take 1.1 times as long as the default allows.
    for (config, takes, state) in [
        (default.clone(), 29 * SECOND, State::Closed),
        (default, 33 * SECOND, State::Open),
        (longer, 33 * SECOND, State::Closed),
    ] {
        let clock = ManualClock::new();
        let breaker = CircuitBreaker::with_clock("late", config, clock.clone());
        let reasons: Arc<Mutex<Vec<Reason>>> = Arc::default();
        let log = Arc::clone(&reasons);
        breaker.on_transition(move |t| log.lock().unwrap().push(t.reason));
        breaker.trip();
        clock.advance(10 * SECOND);
        let probes = [breaker.try_acquire().unwrap(), breaker.try_acquire().unwrap(), breaker.try_acquire().unwrap()];
        clock.advance(takes);
        // A caller without a permit: it finds out.
        assert!(breaker.try_acquire().is_err());
        probes.into_iter().for_each(|probe| probe.success());
        assert_eq!(breaker.state(), state, "{takes:?}");
        assert_eq!(reasons.lock().unwrap().contains(&Reason::ProbesTimedOut), state == State::Open);
    }
}

#[test]
fn fault_15_the_time_counts_from_the_last_answer_and_the_back_off_counts_the_episode() {
    let clock = ManualClock::new();
    let config = Config::builder().recovery_timeout(10 * SECOND).backoff_multiplier(2.0).probe_timeout(5 * SECOND);
    let breaker = CircuitBreaker::with_clock("answers", config.build().unwrap(), clock.clone());
    breaker.trip();
    clock.advance(10 * SECOND);
    let (first, second, _third) =
        (breaker.try_acquire().unwrap(), breaker.try_acquire().unwrap(), breaker.try_acquire().unwrap());
    clock.advance(4 * SECOND);
    first.success();
    clock.advance(4 * SECOND);
    assert_eq!(breaker.try_acquire().unwrap_err().state, State::HalfOpen, "4 s since the last answer");
    clock.advance(SECOND);
    let rejected = breaker.try_acquire().unwrap_err();
    assert_eq!((rejected.state, rejected.retry_after), (State::Open, Some(20 * SECOND)));
    second.success();
    assert_eq!(breaker.state(), State::Open, "too late");
}

#[test]
fn fault_15_a_dropped_probe_is_no_answer_and_ends_an_overdue_episode() {
    let clock = ManualClock::new();
    let config = Config::builder().half_open_max_calls(1).probe_timeout(5 * SECOND).build().unwrap();
    let breaker = CircuitBreaker::with_clock("dropped", config, clock.clone());
    breaker.trip();
    clock.advance(60 * SECOND);
    let probe = breaker.try_acquire().unwrap();
    clock.advance(3 * SECOND);
    drop(probe);
    let probe = breaker.try_acquire().unwrap();
    clock.advance(2 * SECOND);
    drop(probe);
    assert_eq!(breaker.state(), State::Open, "5 s since the first admission");
    assert_eq!(breaker.snapshot().times_opened, 2);
}

#[test]
fn fault_16_a_dependency_that_answers_only_404s_recovers() {
    fn status(code: &u16) -> Verdict {
        if *code < 500 { Verdict::Success } else { Verdict::Failure }
    }
    let clock = ManualClock::new();
    let breaker = CircuitBreaker::with_clock("not-found", Config::default(), clock.clone());
    breaker.trip();
    clock.advance(60 * SECOND);
    for _ in 0..3 {
        assert_eq!(breaker.call_with(|| 404, status), Ok(404));
    }
    assert_eq!(breaker.state(), State::Closed);
}
