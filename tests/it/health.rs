//! The health report. Other tests have breakers in the same registry, so each looks at its own.

use std::time::{Duration, SystemTime};

use breaker_runtime::{BreakerHealth, Config, Reason, State, registry, testing::ManualClock};

use crate::support::{WAIT, breaker, fail, open, small, succeed};

fn health(name: &str) -> BreakerHealth {
    registry().health().get(name).unwrap().clone()
}

#[test]
fn a_breaker_is_healthy_while_it_lets_every_call_through() {
    let breaker = registry().get_or_create("health-states", small().build().unwrap());
    let clock = ManualClock::new();
    breaker.set_clock(clock.clone());
    let is = |state, healthy| {
        let seen = health("health-states");
        assert_eq!((seen.state, seen.healthy), (state, healthy));
    };
    is(State::Closed, true);
    open(breaker);
    is(State::Open, false);
    assert!(!registry().health().healthy);
    clock.advance(WAIT);
    is(State::HalfOpen, false);
    succeed(breaker).unwrap();
    is(State::Closed, true);
    breaker.force_open();
    is(State::ForcedOpen, false);
    breaker.disable();
    is(State::Disabled, true);
    breaker.metrics_only();
    is(State::MetricsOnly, true);
}

#[test]
fn it_tells_the_failures_that_count_the_last_one_and_the_wait() {
    let config = small().failure_threshold(4).window(10).build().unwrap();
    let breaker = registry().get_or_create("health-figures", config);
    let clock = ManualClock::new();
    breaker.set_clock(clock.clone());
    clock.advance(Duration::from_secs(7));
    let seen = health("health-figures");
    assert_eq!((seen.failures, seen.last_failure, seen.retry_after), (0, None, None));
    let _ = (fail(breaker), fail(breaker));
    succeed(breaker).unwrap();
    let _ = fail(breaker);
    let seen = health("health-figures");
    assert_eq!(seen.failures, 3, "the window remembers more than the streak");
    assert_eq!(seen.last_failure, Some(SystemTime::UNIX_EPOCH + Duration::from_secs(7)));
    let _ = (fail(breaker), fail(breaker), fail(breaker));
    clock.advance(Duration::from_secs(1));
    let seen = health("health-figures");
    assert_eq!((seen.failures, seen.retry_after), (6, Some(WAIT - Duration::from_secs(1))));
}

#[test]
fn a_streak_counts_without_a_window() {
    let breaker = registry().get_or_create("health-streak", Config::default());
    let _ = (fail(breaker), fail(breaker));
    assert_eq!(health("health-streak").failures, 2);
}

#[test]
fn keyed_breakers_are_in_the_report_by_name() {
    let family = registry().get_or_create_family("health-family", small().build().unwrap(), 2);
    assert!(registry().health().get("health-family").is_none(), "a family without keys has no health");
    open(&family.get("b"));
    open(&family.get("a"));
    let _ = fail(&family.get("no room"));
    let report = registry().health();
    let ours: Vec<_> = report.unhealthy().map(|breaker| breaker.name.as_str()).collect();
    let ours: Vec<_> = ours.into_iter().filter(|name| name.starts_with("health-family")).collect();
    assert_eq!(ours, ["health-family[a]", "health-family[b]"]);
    assert!(report.get("health-family[*]").unwrap().healthy);
}

#[test]
fn keyed_breakers_tell_their_waits_and_windows_by_the_clock() {
    let second = Duration::from_secs(1);
    let by_calls = registry().get_or_create_family("health-keys", small().build().unwrap(), 2);
    let by_time = small().window(WAIT).build().unwrap();
    let by_time = registry().get_or_create_family("health-timed-keys", by_time, 2);
    let clock = ManualClock::new();
    for family in [by_calls, by_time] {
        family.set_clock(clock.clone());
        open(&family.get("open"));
        let _ = fail(&family.get("failed"));
        // The streak ends, and the window remembers.
        succeed(&family.get("failed")).unwrap();
    }
    clock.advance(second);
    for name in ["health-keys[open]", "health-timed-keys[open]"] {
        let seen = health(name);
        assert_eq!((seen.state, seen.retry_after), (State::Open, Some(WAIT - second)), "{name}");
    }
    assert_eq!((health("health-keys[failed]").failures, health("health-timed-keys[failed]").failures), (0, 1));
    clock.advance(WAIT);
    for name in ["health-keys[open]", "health-timed-keys[open]"] {
        let seen = health(name);
        assert_eq!((seen.state, seen.retry_after), (State::HalfOpen, None), "{name}");
    }
    assert_eq!(health("health-timed-keys[failed]").failures, 0);
}

#[test]
fn it_reads_as_one_line_each_the_unhealthy_first() {
    let well = registry().get_or_create("health-text-well", Config::default());
    let clock = ManualClock::new();
    well.set_clock(clock.clone());
    let _ = fail(well);
    let down = registry().get_or_create("health-text-down", Config::default());
    down.set_clock(clock);
    down.trip();
    let report = registry().health();
    let text = report.to_string();
    let lines: Vec<_> = text.lines().collect();
    let unhealthy = report.unhealthy().count();
    let (well, all) = (report.breakers.len() - unhealthy, report.breakers.len());
    assert_eq!(lines.len(), 1 + all);
    assert_eq!(lines[0], format!("unhealthy: {well} of {all} breakers"));
    assert!(lines[1..=unhealthy].contains(&"health-text-down: open, retry after 60s"), "{text}");
    assert!(lines[1 + unhealthy..].contains(&"health-text-well: closed, failures 1"), "{text}");
}

#[test]
fn an_open_circuit_tells_the_failures_that_opened_it_and_the_probes_that_failed_since() {
    let (breaker, clock) = breaker(small());
    open(&breaker);
    assert_eq!(breaker.health().failures, 2);
    clock.advance(WAIT);
    assert_eq!((breaker.health().state, breaker.health().failures), (State::HalfOpen, 2));
    let _ = fail(&breaker);
    assert_eq!((breaker.health().state, breaker.health().failures), (State::Open, 3));
    clock.advance(WAIT);
    succeed(&breaker).unwrap();
    assert_eq!((breaker.health().healthy, breaker.health().failures), (true, 0));
    breaker.trip();
    assert_eq!(breaker.health().failures, 0);
}

#[test]
fn it_tells_since_when_an_outage_lasts_whatever_the_probes_found() {
    let (breaker, clock) = breaker(small());
    let opened = || (breaker.health().open_since, breaker.health().opened_by);
    let since = |waits: u32, reason| (Some(SystemTime::UNIX_EPOCH + WAIT * waits), Some(reason));
    clock.advance(WAIT);
    assert_eq!(opened(), (None, None));
    open(&breaker);
    assert_eq!(opened(), since(1, Reason::ConsecutiveFailures));
    clock.advance(WAIT);
    let probe = breaker.try_acquire().unwrap();
    assert_eq!((breaker.state(), opened()), (State::HalfOpen, since(1, Reason::ConsecutiveFailures)));
    probe.failure();
    assert_eq!((breaker.state(), opened()), (State::Open, since(1, Reason::ConsecutiveFailures)));
    breaker.force_open();
    assert_eq!(opened(), since(1, Reason::ConsecutiveFailures));
    breaker.reset();
    assert_eq!(opened(), (None, None));
    breaker.force_open();
    assert_eq!(opened(), since(2, Reason::Manual));
}
