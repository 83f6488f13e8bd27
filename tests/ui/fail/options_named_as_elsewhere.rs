use breaker_runtime::circuit_breaker;

#[circuit_breaker(max_failures = 3, reset_timeout = "30s", timeout = "2s")]
fn f() -> std::io::Result<u8> { Ok(1) }

fn main() {}
