use breaker_runtime::circuit_breaker;

#[circuit_breaker(success_threshold = 4, half_open_max_calls = 2)]
fn f() -> std::io::Result<u8> { Ok(1) }

fn main() {}
