use std::io;

use breaker_runtime::circuit_breaker;

const EMPTY: &str = "";
const NUMBER: u32 = 3;
fn name() -> &'static str { "users" }

#[circuit_breaker(name = EMPTY)]
fn empty() -> io::Result<u8> { Ok(1) }

#[circuit_breaker(name = concat!(" ", " "))]
fn blank() -> io::Result<u8> { Ok(1) }

#[circuit_breaker(name = NUMBER)]
fn number() -> io::Result<u8> { Ok(1) }

#[circuit_breaker(name = format!("users-{}", 1))]
fn formatted() -> io::Result<u8> { Ok(1) }

#[circuit_breaker(name = name())]
fn called() -> io::Result<u8> { Ok(1) }

#[circuit_breaker(name = host)]
fn argument(host: &'static str) -> io::Result<usize> { Ok(host.len()) }

fn main() {}
