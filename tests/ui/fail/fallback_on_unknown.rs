use breaker_runtime::circuit_breaker;

fn alt() -> std::io::Result<u8> { Ok(0) }
#[circuit_breaker(fallback = alt, fallback_on = open)]
fn f() -> std::io::Result<u8> { Ok(1) }

fn main() {}
