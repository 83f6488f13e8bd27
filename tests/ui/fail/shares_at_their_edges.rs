use breaker_runtime::circuit_breaker;

#[circuit_breaker(failure_rate = 0.0, jitter = -0.1, backoff_multiplier = 0.5)]
fn f() -> std::io::Result<u8> { Ok(1) }

fn main() {}
