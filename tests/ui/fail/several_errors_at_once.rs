use breaker_runtime::circuit_breaker;

#[circuit_breaker(nam = "a", failure_threshold = 0, fallback = "alt")]
fn f() -> std::io::Result<u8> { Ok(1) }

fn main() {}
