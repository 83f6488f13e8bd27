use breaker_runtime::circuit_breaker;

mod m { fn alt() -> std::io::Result<u8> { Ok(0) } }
#[circuit_breaker(fallback = m::alt)]
fn f() -> std::io::Result<u8> { Ok(1) }

fn main() {}
