#![deny(unused_mut)]
use breaker_runtime::circuit_breaker;

#[circuit_breaker(name = "a")]
pub fn f(mut n: u8) -> std::io::Result<u8> { Ok(n) }

fn main() {}
