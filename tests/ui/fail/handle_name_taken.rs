use breaker_runtime::circuit_breaker;

fn fetch_breaker() {}
#[circuit_breaker(handle = fetch_breaker)]
fn fetch() -> std::io::Result<u8> { Ok(1) }

fn main() {}
