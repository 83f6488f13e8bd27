#![deny(unused_variables)]
use breaker_runtime::circuit_breaker;

#[circuit_breaker(name = "a")]
pub async fn f(n: u8) -> std::io::Result<u8> { Ok(1) }

fn main() {}
