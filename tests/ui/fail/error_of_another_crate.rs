use breaker_runtime::circuit_breaker;

#[circuit_breaker]
fn f() -> Result<u8, String> { Ok(1) }

fn main() {}
