use breaker_runtime::circuit_breaker;

#[circuit_breaker(name = "a")]
trait T { fn f(&self) -> u8; }

fn main() {}
