//! Which settings can be, and which cannot.

use std::time::Duration;

use breaker_runtime::{CircuitBreaker, Config, ConfigBuilder, OnCancel, State, Window, testing::ManualClock};

use crate::support::{fail, succeed};

const SECOND: Duration = Duration::from_secs(1);
const NANOSECOND: Duration = Duration::from_nanos(1);

fn new() -> ConfigBuilder {
    Config::builder()
}

fn slow() -> ConfigBuilder {
    new().slow_call_duration(SECOND)
}

#[test]
fn what_cannot_be_is_rejected_with_the_options_name_and_the_rule() {
    let bad = [
        (new().failure_threshold(0), "`failure_threshold` is at least 1"),
        (new().failure_rate(0.0), "`failure_rate` is over 0.0 and at most 1.0, not 0"),
        (new().failure_rate(-0.0), "`failure_rate` is over 0.0 and at most 1.0, not -0"),
        (new().failure_rate(-0.5), "`failure_rate` is over 0.0 and at most 1.0, not -0.5"),
        (new().failure_rate(1.000_000_1), "`failure_rate` is over 0.0 and at most 1.0, not 1.0000001"),
        (new().failure_rate(50.0), "`failure_rate` is over 0.0 and at most 1.0, not 50"),
        (new().failure_rate(f64::NAN), "`failure_rate` is over 0.0 and at most 1.0, not NaN"),
        (new().failure_rate(f64::INFINITY), "`failure_rate` is over 0.0 and at most 1.0, not inf"),
        (new().failure_rate(f64::NEG_INFINITY), "`failure_rate` is over 0.0 and at most 1.0, not -inf"),
        (slow().slow_call_rate(0.0), "`slow_call_rate` is over 0.0 and at most 1.0, not 0"),
        (slow().slow_call_rate(1.5), "`slow_call_rate` is over 0.0 and at most 1.0, not 1.5"),
        (slow().slow_call_rate(f64::NAN), "`slow_call_rate` is over 0.0 and at most 1.0, not NaN"),
        (new().slow_call_rate(0.5), "`slow_call_rate` needs a `slow_call_duration`"),
        (new().slow_call_duration(Duration::ZERO), "`slow_call_duration` is longer than zero"),
        (new().window(0), "`window` holds from 1 to 10000000 calls, not 0"),
        (new().window(10_000_001), "`window` holds from 1 to 10000000 calls, not 10000001"),
        (new().window(u32::MAX), "`window` holds from 1 to 10000000 calls, not 4294967295"),
        (new().window(Duration::ZERO), "`window` is at least a microsecond long"),
        (new().window(Duration::from_nanos(999)), "`window` is at least a microsecond long"),
        (new().min_calls(0), "`min_calls` is at least 1"),
        (new().window(20).min_calls(21), "`min_calls` is 21, but `window` holds only 20 calls"),
        (new().min_calls(101), "`min_calls` is 101, but `window` holds only 100 calls"),
        (new().recovery_timeout(Duration::ZERO), "`recovery_timeout` is longer than zero"),
        (new().backoff_multiplier(0.999), "`backoff_multiplier` is at least 1.0, not 0.999"),
        (new().backoff_multiplier(0.0), "`backoff_multiplier` is at least 1.0, not 0"),
        (new().backoff_multiplier(-2.0), "`backoff_multiplier` is at least 1.0, not -2"),
        (new().backoff_multiplier(f64::NAN), "`backoff_multiplier` is at least 1.0, not NaN"),
        (new().backoff_multiplier(f64::INFINITY), "`backoff_multiplier` is at least 1.0, not inf"),
        (new().max_recovery_timeout(Duration::ZERO), "`max_recovery_timeout` is longer than zero"),
        (new().max_recovery_timeout(SECOND), "`max_recovery_timeout` is 1s, but `recovery_timeout` is 60s already"),
        (
            new().recovery_timeout(SECOND).max_recovery_timeout(SECOND - NANOSECOND),
            "`max_recovery_timeout` is 999.999999ms, but `recovery_timeout` is 1s already",
        ),
        (new().jitter(-0.1), "`jitter` is from 0.0 to 1.0, not -0.1"),
        (new().jitter(1.1), "`jitter` is from 0.0 to 1.0, not 1.1"),
        (new().jitter(f64::NAN), "`jitter` is from 0.0 to 1.0, not NaN"),
        (new().jitter(f64::INFINITY), "`jitter` is from 0.0 to 1.0, not inf"),
        (new().half_open_max_calls(0), "`half_open_max_calls` is from 1 to 65535, not 0"),
        (new().half_open_max_calls(65_536), "`half_open_max_calls` is from 1 to 65535, not 65536"),
        (new().half_open_max_calls(u32::MAX), "`half_open_max_calls` is from 1 to 65535, not 4294967295"),
        (new().half_open_growth(65_536), "`half_open_growth` is from 0 to 65535, not 65536"),
        (new().half_open_growth(u32::MAX), "`half_open_growth` is from 0 to 65535, not 4294967295"),
        (
            new().half_open_max_calls(2).success_threshold(3).half_open_growth(0),
            "`success_threshold` is 3, but `half_open_max_calls` admits only 2",
        ),
        (new().success_threshold(0), "`success_threshold` is from 1 to 65535, not 0"),
        (new().success_threshold(u32::MAX), "`success_threshold` is from 1 to 65535, not 4294967295"),
        (
            new().half_open_max_calls(2).success_threshold(3),
            "`success_threshold` is 3, but `half_open_max_calls` admits only 2",
        ),
        (new().probe_timeout(Duration::ZERO), "`probe_timeout` is longer than zero"),
        // A mistake is not hidden by another option's being right, nor by an earlier one's being wrong in turn.
        (new().failure_threshold(3).jitter(2.0).probe_timeout(Duration::ZERO), "`jitter` is from 0.0 to 1.0, not 2"),
    ];
    assert!(bad.len() >= 40);
    for (builder, message) in bad {
        let error = builder.clone().build().expect_err(message);
        assert_eq!(error.to_string(), message, "{builder:?}");
        assert!(message.starts_with(&format!("`{}` ", error.option())), "{message}");
    }
}

#[test]
fn what_is_extreme_but_right_is_built_and_works() {
    const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);
    let good = [
        new(),
        new().failure_threshold(u32::MAX),
        new().failure_threshold(1).recovery_timeout(NANOSECOND),
        new().recovery_timeout(Duration::MAX).max_recovery_timeout(Duration::MAX),
        new().recovery_timeout(Duration::MAX).backoff_multiplier(f64::MAX).jitter(1.0),
        new().recovery_timeout(YEAR).backoff_multiplier(1e300).max_recovery_timeout(Duration::MAX),
        new().recovery_timeout(SECOND).max_recovery_timeout(SECOND).backoff_multiplier(2.0),
        new().probe_timeout(Duration::MAX),
        new().probe_timeout(NANOSECOND),
        new().half_open_max_calls(65_535).success_threshold(65_535),
        new().success_threshold(1),
        new().half_open_growth(65_535),
        new().half_open_growth(1).half_open_max_calls(1).success_threshold(65_535),
        new().failure_rate(f64::MIN_POSITIVE),
        new().failure_rate(1.0).window(1).min_calls(1),
        new().failure_rate(0.5).window(10_000_000).min_calls(10_000_000),
        new().failure_rate(0.5).window(Duration::from_micros(1)).min_calls(u32::MAX),
        new().failure_rate(0.5).window(YEAR),
        new().failure_rate(0.5).window(Duration::MAX),
        new().slow_call_duration(NANOSECOND).slow_call_rate(1.0),
        new().slow_call_duration(Duration::MAX),
        new().on_cancel(OnCancel::Failure),
    ];
    for builder in good {
        let shown = format!("{builder:?}");
        let config = builder.build().expect(&shown);
        let clock = ManualClock::new();
        let breaker = CircuitBreaker::with_clock("extreme", config.clone(), clock.clone());
        for _ in 0..5 {
            let _ = (fail(&breaker), succeed(&breaker));
            clock.advance(SECOND);
            breaker.trip();
            let _ = breaker.snapshot();
        }
        clock.advance(YEAR + YEAR);
        let _ = (fail(&breaker), breaker.state());
        clock.advance(Duration::MAX);
        breaker.reset();
        assert_eq!((breaker.state(), breaker.config()), (State::Closed, config), "{shown}");
    }
}

#[test]
fn defaults_are_as_documented_and_follow_what_is_given() {
    let default = new().build().unwrap();
    assert_eq!(default, Config::default());
    assert_eq!((default.failure_threshold(), default.failure_rate(), default.window()), (Some(5), None, None));
    assert_eq!((default.recovery_timeout(), default.max_recovery_timeout()), (60 * SECOND, 600 * SECOND));
    assert_eq!((default.half_open_max_calls(), default.success_threshold()), (3, 3));
    assert_eq!(default.half_open_growth(), 0);
    assert_eq!((default.probe_timeout(), default.on_cancel()), (60 * SECOND, OnCancel::Ignore));

    let rated = new().failure_rate(0.25).build().unwrap();
    assert_eq!((rated.failure_threshold(), rated.failure_rate()), (None, Some(0.25)));
    assert_eq!((rated.window(), rated.min_calls()), (Some(Window::Calls(100)), 10));
    assert_eq!(new().failure_rate(0.25).window(4).build().unwrap().min_calls(), 4);
    let both = new().failure_rate(0.25).failure_threshold(7).build().unwrap();
    assert_eq!((both.failure_threshold(), both.failure_rate()), (Some(7), Some(0.25)));
    assert_eq!(slow().build().unwrap().failure_threshold(), Some(5));

    for (given, permits, successes) in [
        (new().half_open_max_calls(2), 2, 2),
        (new().half_open_max_calls(9), 9, 3),
        (new().success_threshold(2), 3, 2),
        (new().success_threshold(9), 9, 9),
        (new().success_threshold(9).half_open_growth(0), 9, 9),
        (new().success_threshold(9).half_open_growth(1), 3, 9),
        (new().success_threshold(2).half_open_growth(1), 3, 2),
        (new().half_open_max_calls(2).half_open_growth(1), 2, 2),
        (new().half_open_max_calls(2).success_threshold(9).half_open_growth(1), 2, 9),
    ] {
        let config = given.build().unwrap();
        assert_eq!((config.half_open_max_calls(), config.success_threshold()), (permits, successes));
    }
    let waits = new().recovery_timeout(SECOND).build().unwrap();
    assert_eq!((waits.max_recovery_timeout(), waits.probe_timeout()), (10 * SECOND, 30 * SECOND));
    let waits = new().recovery_timeout(31 * SECOND).build().unwrap();
    assert_eq!((waits.max_recovery_timeout(), waits.probe_timeout()), (310 * SECOND, 31 * SECOND));
    assert_eq!(slow().build().unwrap().probe_timeout(), SECOND);
    assert_eq!(slow().probe_timeout(7 * SECOND).build().unwrap().probe_timeout(), 7 * SECOND);
}

#[test]
fn a_builder_of_settings_leads_back_to_them() {
    for builder in [
        new(),
        new().failure_rate(0.123_456),
        new().failure_rate(0.5).failure_threshold(5),
        new().window(20),
        slow().slow_call_rate(0.3).window(SECOND).min_calls(50),
        new().half_open_max_calls(9).on_cancel(OnCancel::Failure).jitter(0.5),
        new().half_open_growth(2).success_threshold(20),
        new().recovery_timeout(Duration::MAX).backoff_multiplier(2.0),
    ] {
        let config = builder.build().unwrap();
        assert_eq!(config.to_builder().build().unwrap(), config);
    }
}

#[test]
fn a_change_moves_what_follows_it_and_leaves_what_was_given() {
    let default = Config::default();
    let longer = default.to_builder().recovery_timeout(3600 * SECOND).build().unwrap();
    assert_eq!((longer.max_recovery_timeout(), longer.probe_timeout()), (36_000 * SECOND, 3600 * SECOND));
    let rated = default.to_builder().failure_rate(0.5).build().unwrap();
    assert_eq!(rated.failure_threshold(), None);

    // The same values as the defaults, but given.
    let given = new().failure_threshold(5).max_recovery_timeout(600 * SECOND).probe_timeout(60 * SECOND);
    let given = given.half_open_max_calls(3).success_threshold(3).build().unwrap();
    assert_eq!(given, default, "equal, however they came about");
    let rated = given.to_builder().failure_rate(0.5).build().unwrap();
    assert_eq!(rated.failure_threshold(), Some(5));
    let shorter = given.to_builder().recovery_timeout(SECOND).build().unwrap();
    assert_eq!((shorter.max_recovery_timeout(), shorter.probe_timeout()), (600 * SECOND, 60 * SECOND));
    assert_eq!(
        given.to_builder().recovery_timeout(3600 * SECOND).build().unwrap_err().option(),
        "max_recovery_timeout"
    );
    assert_eq!(given.to_builder().success_threshold(4).build().unwrap_err().option(), "success_threshold");
}
