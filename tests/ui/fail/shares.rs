use breaker_runtime::circuit_breaker;

#[circuit_breaker(failure_rate = 50, slow_call_rate = "80%", slow_call_duration = "1s", jitter = 1.5)]
fn f() -> std::io::Result<u8> { Ok(1) }

fn main() {}
