use breaker_runtime::circuit_breaker;

#[circuit_breaker(failure_threshold = 0)]
fn f() -> std::io::Result<u8> { Ok(1) }

fn main() {}
