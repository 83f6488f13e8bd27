//! Every option at once, as literals and as constants, under lints that forbid what generated code might raise.
#![forbid(unsafe_code, unused, nonstandard_style, future_incompatible, missing_debug_implementations)]
#![deny(warnings, rust_2018_idioms, unreachable_pub, trivial_casts, trivial_numeric_casts, unused_qualifications)]

use std::{io, time::Duration};

use breaker_runtime::circuit_breaker;

#[circuit_breaker(
    crate = breaker_runtime,
    name = "literals",
    failure_threshold = 3,
    failure_rate = 0.5,
    window = 50,
    min_calls = 20,
    slow_call_duration = "2s",
    slow_call_rate = 1,
    recovery_timeout = "1m30s",
    backoff_multiplier = 2,
    max_recovery_timeout = "1h",
    jitter = 0,
    half_open_max_calls = 4,
    half_open_growth = 0,
    success_threshold = 2,
    probe_timeout = "500ms",
    failure_if = Result::is_err,
    ignore_if = |error| error.kind() == io::ErrorKind::NotFound,
    on_cancel = failure,
    fallback = |_| Ok(text),
    fallback_on = any,
    clone(text),
    key = text,
    max_keys = 10,
    cache(key = text, ttl = "5m", capacity = 100),
    handle = literals_breakers,
)]
fn literals(text: String) -> io::Result<String> {
    Ok(text)
}

const FAILURES: u32 = 3;
const HALF: f64 = 0.5;
const WAIT: Duration = Duration::from_secs(10);
const KEYS: usize = 10;

#[circuit_breaker(
    failure_threshold = FAILURES,
    failure_rate = HALF,
    window = WAIT,
    min_calls = FAILURES * 2,
    slow_call_duration = WAIT / 2,
    slow_call_rate = HALF,
    recovery_timeout = WAIT,
    backoff_multiplier = 1.0 + HALF,
    max_recovery_timeout = WAIT * 2,
    jitter = HALF,
    half_open_max_calls = FAILURES,
    half_open_growth = FAILURES,
    success_threshold = FAILURES * 2,
    probe_timeout = WAIT,
    on_cancel = ignore,
    fallback = constants_else,
    fallback_on = rejected,
    key = format!("{text}/{}", text.len()),
    max_keys = KEYS,
    cache(key = text, ttl = WAIT, capacity = KEYS * 2),
    handle = constants_breakers,
)]
async fn constants(text: &str) -> io::Result<usize> {
    Ok(text.len())
}

async fn constants_else(text: &str) -> io::Result<usize> {
    Err(io::Error::other(text))
}

fn main() {
    assert_eq!(literals("a".into()).unwrap(), "a");
    let config = literals_breakers().get("a").config();
    assert_eq!((config.window(), config.min_calls()), (Some(50.into()), 20));
    assert_eq!((config.slow_call_rate(), config.backoff_multiplier(), config.jitter()), (1.0, 2.0, 0.0));
    assert_eq!(config.on_cancel(), breaker_runtime::OnCancel::Failure);
    drop(constants("a"));
    let config = constants_breakers().get("a").config();
    assert_eq!((config.window(), config.jitter()), (Some(WAIT.into()), 0.5));
    assert_eq!((config.max_recovery_timeout(), config.min_calls()), (WAIT * 2, 6));
}
