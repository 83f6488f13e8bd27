use breaker_runtime::circuit_breaker;

#[circuit_breaker(name = "a")]
fn f() -> std::io::Result<u8> { Ok("text") }

fn main() {}
