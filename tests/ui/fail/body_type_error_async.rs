use breaker_runtime::circuit_breaker;

#[circuit_breaker(name = "a")]
async fn f() -> std::io::Result<u8> { Ok("text") }

fn main() {}
