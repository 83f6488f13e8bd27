use breaker_runtime::circuit_breaker;

#[circuit_breaker(name = "a" failure_threshold = 3)]
fn f() -> std::io::Result<u8> { Ok(1) }

fn main() {}
