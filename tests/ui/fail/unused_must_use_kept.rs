#![deny(unused_must_use)]
use breaker_runtime::circuit_breaker;

#[circuit_breaker(name = "a")]
fn f() -> std::io::Result<u8> { Ok(1) }
pub fn g() { f(); }

fn main() {}
