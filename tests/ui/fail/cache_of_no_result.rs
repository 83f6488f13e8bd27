use breaker_runtime::circuit_breaker;

#[circuit_breaker(cache(key = id, ttl = "1m"), fallback = |_| None, failure_if = Option::is_none)]
fn f(id: u8) -> Option<u8> { Some(id) }

fn main() {}
