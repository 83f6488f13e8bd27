use std::{io, sync::LazyLock};

use breaker_runtime::{CircuitBreaker, CircuitOpen, Config, ConfigBuilder, Verdict, circuit_breaker};

static USERS: LazyLock<CircuitBreaker> = LazyLock::new(|| CircuitBreaker::new("users", Config::default()));

fn defaults() -> ConfigBuilder { Config::builder() }
fn verdict(_: &io::Result<u8>) -> Verdict { Verdict::Success }
fn error(open: CircuitOpen) -> io::Error { io::Error::other(open) }
fn instead() -> io::Result<u8> { Ok(0) }

#[circuit_breaker(breaker = USERS, name = "a", config = defaults, window = 20, on_cancel = failure, handle = users)]
fn settings() -> io::Result<u8> { Ok(1) }

#[circuit_breaker(breaker = USERS, key = host, max_keys = 10)]
fn keys(host: &str) -> io::Result<usize> { Ok(host.len()) }

#[circuit_breaker(verdict = verdict, failure_if = Result::is_err, ignore_if = |_| true)]
fn judged() -> io::Result<u8> { Ok(1) }

#[circuit_breaker(open_error = error, fallback = instead)]
fn rejected() -> io::Result<u8> { Ok(1) }

#[circuit_breaker(failure_threshold = 0, breaker = USERS)]
fn both_at_once() -> io::Result<u8> { Ok(1) }

fn main() {}
