use std::{io, time::Duration};

use breaker_runtime::{Window, circuit_breaker};

const NONE: u32 = 0;
const MANY: u32 = 70_000;
const NO_KEYS: usize = 0;
const NO_TIME: Duration = Duration::ZERO;
const PERCENT: f64 = 50.0;
const NOTHING: f64 = 0.0;
const HALF: f64 = 0.5;
const WINDOW: Window = Window::Calls(0);

#[circuit_breaker(failure_threshold = NONE)]
fn count() -> io::Result<u8> { Ok(1) }

#[circuit_breaker(half_open_growth = MANY, success_threshold = MANY)]
fn probes() -> io::Result<u8> { Ok(1) }

#[circuit_breaker(recovery_timeout = NO_TIME)]
fn wait<T>(_: T) -> io::Result<u8> { Ok(1) }

#[circuit_breaker(failure_rate = NOTHING, jitter = PERCENT, backoff_multiplier = HALF)]
fn shares() -> io::Result<u8> { Ok(1) }

#[circuit_breaker(window = NONE)]
fn window_of_calls() -> io::Result<u8> { Ok(1) }

#[circuit_breaker(window = NO_TIME)]
fn window_of_time() -> io::Result<u8> { Ok(1) }

#[circuit_breaker(window = WINDOW)]
fn window_of_either() -> io::Result<u8> { Ok(1) }

#[circuit_breaker(key = host, max_keys = NO_KEYS, cache(key = host, ttl = NO_TIME, capacity = NO_KEYS))]
fn keys(host: &str) -> io::Result<usize> { Ok(host.len()) }

fn main() {}
