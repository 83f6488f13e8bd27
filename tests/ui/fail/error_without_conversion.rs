use breaker_runtime::circuit_breaker;

#[derive(Debug)]
pub struct ApiError;
#[circuit_breaker(name = "a")]
fn f() -> Result<u8, ApiError> { Ok(1) }

fn main() {}
