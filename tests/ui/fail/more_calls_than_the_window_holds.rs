use breaker_runtime::circuit_breaker;

#[circuit_breaker(failure_rate = 0.5, window = 10, min_calls = 20)]
fn f() -> std::io::Result<u8> { Ok(1) }

#[circuit_breaker(failure_rate = 0.5, min_calls = 200)]
fn default_window() -> std::io::Result<u8> { Ok(1) }

fn main() {}
