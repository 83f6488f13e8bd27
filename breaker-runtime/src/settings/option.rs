//! The options by their names.

use std::{fmt, time::Duration};

use crate::config::{ConfigBuilder, OnCancel, Window};

use super::value::Value;

type Setter = fn(ConfigBuilder, &Value) -> Result<ConfigBuilder, Expected>;

/// What the value should be.
struct Expected(&'static str);

/// Every option that can be set at run time, as the attribute calls it.
const OPTIONS: [(&str, Setter); 14] = [
    ("failure_threshold", |options, value| Ok(options.failure_threshold(count(value)?))),
    ("failure_rate", |options, value| Ok(options.failure_rate(number(value)?))),
    ("window", |options, value| Ok(options.window(window(value)?))),
    ("min_calls", |options, value| Ok(options.min_calls(count(value)?))),
    ("slow_call_duration", |options, value| Ok(options.slow_call_duration(duration(value)?))),
    ("slow_call_rate", |options, value| Ok(options.slow_call_rate(number(value)?))),
    ("recovery_timeout", |options, value| Ok(options.recovery_timeout(duration(value)?))),
    ("backoff_multiplier", |options, value| Ok(options.backoff_multiplier(number(value)?))),
    ("max_recovery_timeout", |options, value| Ok(options.max_recovery_timeout(duration(value)?))),
    ("jitter", |options, value| Ok(options.jitter(number(value)?))),
    ("half_open_max_calls", |options, value| Ok(options.half_open_max_calls(count(value)?))),
    ("success_threshold", |options, value| Ok(options.success_threshold(count(value)?))),
    ("probe_timeout", |options, value| Ok(options.probe_timeout(duration(value)?))),
    ("on_cancel", |options, value| Ok(options.on_cancel(on_cancel(value)?))),
];

/// Sets the option of this name.
pub(super) fn set(options: ConfigBuilder, name: &str, value: &Value) -> Result<ConfigBuilder, String> {
    match OPTIONS.iter().find(|(option, _)| *option == name) {
        Some((_, set)) => set(options, value).map_err(|Expected(what)| format!("`{name}` is {what}, not {value}")),
        None => Err(format!("`{name}` is no option; there are {Names}")),
    }
}

struct Names;

impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (name, _)) in OPTIONS.iter().enumerate() {
            let between = if place == 0 { "" } else { ", " };
            write!(f, "{between}`{name}`")?;
        }
        Ok(())
    }
}

fn count(value: &Value) -> Result<u32, Expected> {
    let expected = Expected("a whole number from 1 to 4294967295");
    match value {
        Value::Integer(integer) => u32::try_from(*integer).map_err(|_| expected),
        _ => Err(expected),
    }
}

fn number(value: &Value) -> Result<f64, Expected> {
    match value {
        Value::Integer(integer) => Ok(*integer as f64),
        Value::Number(number) => Ok(*number),
        _ => Err(Expected("a number")),
    }
}

fn duration(value: &Value) -> Result<Duration, Expected> {
    let parsed = match value {
        Value::Text(text) => humantime::parse_duration(text).ok(),
        _ => None,
    };
    parsed.ok_or(Expected("a duration such as \"250ms\", \"30s\" or \"1m30s\""))
}

fn window(value: &Value) -> Result<Window, Expected> {
    let window = match value {
        Value::Integer(_) => count(value).map(Window::Calls),
        _ => duration(value).map(Window::Time),
    };
    window.map_err(|_| Expected("a number of calls such as 100, or a duration such as \"10s\""))
}

fn on_cancel(value: &Value) -> Result<OnCancel, Expected> {
    match value {
        Value::Text(text) if text == "ignore" => Ok(OnCancel::Ignore),
        Value::Text(text) if text == "failure" => Ok(OnCancel::Failure),
        _ => Err(Expected("\"ignore\" or \"failure\"")),
    }
}
