use breaker_runtime::circuit_breaker;

#[circuit_breaker(name = "a")]
#[circuit_breaker(name = "b")]
fn f() -> std::io::Result<u8> { Ok(1) }

fn main() {}
