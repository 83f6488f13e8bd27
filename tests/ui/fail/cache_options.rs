use breaker_runtime::circuit_breaker;

#[circuit_breaker(cache)]
fn none(id: u8) -> std::io::Result<u8> { Ok(id) }

#[circuit_breaker(cache = "300s")]
fn value(id: u8) -> std::io::Result<u8> { Ok(id) }

#[circuit_breaker(cache(ttl = "300s"))]
fn no_key(id: u8) -> std::io::Result<u8> { Ok(id) }

#[circuit_breaker(cache(key = id))]
fn no_ttl(id: u8) -> std::io::Result<u8> { Ok(id) }

#[circuit_breaker(cache())]
fn empty(id: u8) -> std::io::Result<u8> { Ok(id) }

#[circuit_breaker(cache(key = id, ttl = 300, capacity = 0))]
fn values(id: u8) -> std::io::Result<u8> { Ok(id) }

#[circuit_breaker(cache(key = id, tll = "1s", key = id, ttl = "1s", size = 7))]
fn names(id: u8) -> std::io::Result<u8> { Ok(id) }

fn main() {}
