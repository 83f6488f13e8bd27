use breaker_runtime::circuit_breaker;

#[circuit_breaker(max_keys = 8)]
fn without_key(host: &str) -> std::io::Result<usize> { Ok(host.len()) }

#[circuit_breaker(key = host, max_keys = 0)]
fn zero(host: &str) -> std::io::Result<usize> { Ok(host.len()) }

#[circuit_breaker(key = host, max_keys = "many")]
fn text(host: &str) -> std::io::Result<usize> { Ok(host.len()) }

fn main() {}
