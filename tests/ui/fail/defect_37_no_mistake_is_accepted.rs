use breaker_runtime::circuit_breaker;

#[circuit_breaker(treshold = 3)]
fn unknown() -> std::io::Result<u8> { Ok(1) }

#[circuit_breaker(failure_threshold = 3, failure_threshold = 4)]
fn duplicate() -> std::io::Result<u8> { Ok(1) }

#[circuit_breaker(failure_threshold: 3, recovery_timeout("30s"), "name")]
fn malformed() -> std::io::Result<u8> { Ok(1) }

fn main() {}
