use breaker_runtime::circuit_breaker;

#[circuit_breaker(fallback_on = rejected)]
fn f() -> std::io::Result<u8> { Ok(1) }

fn main() {}
