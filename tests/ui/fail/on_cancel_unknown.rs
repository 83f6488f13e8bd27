use breaker_runtime::circuit_breaker;

#[circuit_breaker(on_cancel = ignored)]
fn f() -> std::io::Result<u8> { Ok(1) }

#[circuit_breaker(on_cancel = "failure")]
fn quoted() -> std::io::Result<u8> { Ok(1) }

fn main() {}
