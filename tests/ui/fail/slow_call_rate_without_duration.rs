use breaker_runtime::circuit_breaker;

#[circuit_breaker(slow_call_rate = 0.5)]
fn f() -> std::io::Result<u8> { Ok(1) }

fn main() {}
