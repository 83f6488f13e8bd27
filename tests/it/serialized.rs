//! Figures and settings as data.

use std::time::Duration;

use breaker_runtime::{
    CircuitBreaker, Config, HealthReport, OnCancel, Snapshot, State, registry, settings::Settings, testing::ManualClock,
};
use serde_json::{from_str, from_value, json, to_value};

#[test]
fn states_are_written_as_they_are_displayed() {
    for state in State::ALL {
        assert_eq!(to_value(state).unwrap(), state.to_string());
        assert_eq!(from_value::<State>(json!(state.as_str())).unwrap(), state);
    }
}

#[test]
fn a_snapshot_has_its_times_in_seconds() {
    let clock = ManualClock::new();
    let config = Config::builder().failure_threshold(1).recovery_timeout(Duration::from_millis(2500)).build().unwrap();
    let breaker = CircuitBreaker::with_clock("users", config, clock.clone());
    clock.advance(Duration::from_millis(1500));
    let _ = breaker.call(|| Err::<(), _>(()));
    let seen = breaker.snapshot();
    let value = to_value(&seen).unwrap();
    let expected = json!({
        "name": "users", "state": "open", "consecutive_failures": 0, "window_calls": 0, "window_failures": 0,
        "window_slow": 0, "failure_rate": null, "slow_call_rate": null, "half_open_successes": 0, "retry_after": 2.5,
        "last_failure": 1.5, "open_since": 1.5, "opened_by": "consecutive_failures", "successes": 0, "failures": 1, "ignored": 0, "cancelled": 0, "rejected": 0,
        "fallbacks": 0, "fallback_failures": 0, "cached": 0, "slow": 0, "times_opened": 1,
    });
    for (field, expected) in expected.as_object().unwrap() {
        assert_eq!(&value[field], expected, "{field}");
    }
    assert_eq!(value["transitions"].as_array().unwrap().len(), 1);
    assert_eq!(from_value::<Snapshot>(value).unwrap(), seen);
}

#[test]
fn a_health_report_is_read_as_it_was_written() {
    registry().get_or_create("serialized-health", Config::default()).trip();
    let report = registry().health();
    let value = to_value(&report).unwrap();
    assert_eq!(value["healthy"], false);
    let read: HealthReport = from_value(value).unwrap();
    assert_eq!(read.get("serialized-health").unwrap().state, State::Open);
}

#[test]
fn settings_are_written_by_their_options() {
    let written = to_value(Config::default()).unwrap();
    let expected = json!({
        "failure_threshold": 5, "min_calls": 10, "recovery_timeout": "1m", "backoff_multiplier": 1.0,
        "max_recovery_timeout": "10m", "jitter": 0.0, "half_open_max_calls": 3, "half_open_growth": 0,
        "success_threshold": 3,
        "probe_timeout": "1m", "on_cancel": "ignore",
    });
    assert_eq!(written, expected);
}

#[test]
fn settings_are_read_as_they_were_written() {
    let rates = Config::builder().failure_rate(0.25).window(50).min_calls(7).on_cancel(OnCancel::Failure);
    let slow = Config::builder().slow_call_duration(Duration::from_millis(250)).slow_call_rate(0.5);
    let long = Config::builder().recovery_timeout(Duration::from_millis(90_001)).backoff_multiplier(1.5).jitter(0.1);
    let never = Config::builder().recovery_timeout(Duration::MAX);
    let ramp = Config::builder().half_open_growth(2).success_threshold(20);
    for config in [Config::builder(), rates, ramp, slow.window(Duration::from_secs(10)), long, never] {
        let config = config.build().unwrap();
        assert_eq!(from_value::<Config>(to_value(&config).unwrap()).unwrap(), config);
    }
}

#[test]
fn what_is_left_out_has_its_default_and_a_mistake_says_what_is_wrong() {
    assert_eq!(from_str::<Config>("{}").unwrap(), Config::default());
    let wrong = |text| from_str::<Config>(text).unwrap_err().to_string();
    let unknown = wrong(r#"{ "failure_treshold": 3 }"#);
    assert!(unknown.starts_with("`failure_treshold` is no option; there are `failure_threshold`, "), "{unknown}");
    assert_eq!(wrong("3"), "invalid type: integer `3`, expected a value at line 1 column 1");
    let contradiction = wrong(r#"{ "success_threshold": 3, "half_open_max_calls": 2 }"#);
    assert!(contradiction.contains("`half_open_max_calls` admits only 2"), "{contradiction}");
}

#[test]
fn data_and_files_have_the_same_messages() {
    for options in [
        r#""failure_treshold": 3"#,
        r#""failure_threshold": -1"#,
        r#""failure_rate": "50%""#,
        r#""window": true"#,
        r#""recovery_timeout": "soon""#,
        r#""on_cancel": "fail""#,
        r#""on_cancel": null"#,
        r#""jitter": 0.1, "jitter": 0.2"#,
        r#""half_open_max_calls": 0, "window": [], "probe_timeout": 30"#,
        r#""success_threshold": 3, "half_open_max_calls": 2"#,
    ] {
        let data = from_str::<Config>(&format!("{{ {options} }}")).unwrap_err().to_string();
        let file = Settings::from_json(&format!(r#"{{ "users": {{ {options} }} }}"#)).unwrap_err().to_string();
        // A file has two words more.
        let file = file.replace("`on_cancel`, `mode`, `shared`", "`on_cancel`");
        assert_eq!(file, data.lines().map(|line| format!("breaker `users`: {line}")).collect::<Vec<_>>().join("\n"));
    }
}
