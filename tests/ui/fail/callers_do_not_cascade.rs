use breaker_runtime::circuit_breaker;

#[circuit_breaker(nme = "a")]
fn f(a: u8) -> std::io::Result<u8> { Ok(a) }
fn g() -> std::io::Result<u8> { f(1) }

fn main() {}
