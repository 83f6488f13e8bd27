use std::io;

use breaker_runtime::circuit_breaker;

const FAILURES: u64 = 3;
const CALLS: usize = 50;
const SECONDS: u64 = 30;

#[circuit_breaker(failure_threshold = FAILURES)]
fn count() -> io::Result<u8> { Ok(1) }

#[circuit_breaker(window = CALLS)]
fn window() -> io::Result<u8> { Ok(1) }

#[circuit_breaker(recovery_timeout = SECONDS)]
fn wait() -> io::Result<u8> { Ok(1) }

#[circuit_breaker(failure_threshold = FAILURE)]
fn not_found() -> io::Result<u8> { Ok(1) }

#[circuit_breaker(config = defaults)]
fn no_config() -> io::Result<u8> { Ok(1) }

fn main() {}
