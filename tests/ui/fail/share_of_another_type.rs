use breaker_runtime::circuit_breaker;

const HALF: u32 = 50;
#[circuit_breaker(failure_rate = HALF)]
fn f() -> std::io::Result<u8> { Ok(1) }

fn main() {}
