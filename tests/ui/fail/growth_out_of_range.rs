use breaker_runtime::circuit_breaker;

#[circuit_breaker(half_open_growth = 65536)]
fn large() -> std::io::Result<u8> { Ok(1) }

#[circuit_breaker(half_open_growth = -1)]
fn negative() -> std::io::Result<u8> { Ok(1) }

#[circuit_breaker(half_open_growth = "2")]
fn text() -> std::io::Result<u8> { Ok(1) }

#[circuit_breaker(half_open_growth = 0.5)]
fn share() -> std::io::Result<u8> { Ok(1) }

#[circuit_breaker(half_open_growth = 0, success_threshold = 4, half_open_max_calls = 2)]
fn none() -> std::io::Result<u8> { Ok(1) }

fn main() {}
