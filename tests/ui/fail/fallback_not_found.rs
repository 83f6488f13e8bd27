use breaker_runtime::circuit_breaker;

#[circuit_breaker(fallback = no_such_function)]
fn f(a: u8) -> std::io::Result<u8> { Ok(a) }

fn main() {}
