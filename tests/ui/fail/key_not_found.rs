use breaker_runtime::circuit_breaker;

#[circuit_breaker(key = hots)]
fn f(host: &str) -> std::io::Result<usize> { Ok(host.len()) }

fn main() {}
