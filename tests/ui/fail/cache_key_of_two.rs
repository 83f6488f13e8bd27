use breaker_runtime::circuit_breaker;

#[circuit_breaker(cache(key = (a, b), ttl = "1m"))]
fn f(a: u8, b: u8) -> std::io::Result<u8> { Ok(a + b) }

fn main() {}
