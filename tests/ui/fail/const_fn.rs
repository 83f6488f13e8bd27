use breaker_runtime::circuit_breaker;

#[circuit_breaker(name = "a")]
const fn f() -> Result<u8, breaker_runtime::CircuitOpen> { Ok(1) }

fn main() {}
