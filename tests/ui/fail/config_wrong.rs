use std::io;

use breaker_runtime::{Config, ConfigBuilder, circuit_breaker};

fn defaults() -> ConfigBuilder { Config::builder() }
fn built() -> Config { Config::default() }
fn with_an_argument(calls: u32) -> ConfigBuilder { Config::builder().min_calls(calls) }

#[circuit_breaker(config = defaults())]
fn called() -> io::Result<u8> { Ok(1) }

#[circuit_breaker(config = || Config::builder())]
fn closure() -> io::Result<u8> { Ok(1) }

#[circuit_breaker(config = built)]
fn of_another_type() -> io::Result<u8> { Ok(1) }

#[circuit_breaker(config = with_an_argument)]
fn argument() -> io::Result<u8> { Ok(1) }

fn main() {}
