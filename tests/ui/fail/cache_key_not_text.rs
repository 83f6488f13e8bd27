use breaker_runtime::circuit_breaker;

struct Id;
#[circuit_breaker(cache(key = id, ttl = "1m"))]
fn f(id: Id) -> std::io::Result<u8> { let _ = id; Ok(1) }

fn main() {}
