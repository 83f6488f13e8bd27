use breaker_runtime::circuit_breaker;

#[circuit_breaker(window = 0)]
fn none() -> std::io::Result<u8> { Ok(1) }

#[circuit_breaker(window = "10ns")]
fn short() -> std::io::Result<u8> { Ok(1) }

#[circuit_breaker(window = 2.5)]
fn neither() -> std::io::Result<u8> { Ok(1) }

#[circuit_breaker(window = "10 calls")]
fn no_duration() -> std::io::Result<u8> { Ok(1) }

fn main() {}
