use breaker_runtime::circuit_breaker;

fn alt(_: u8) -> u8 { 0 }
#[circuit_breaker(fallback = alt)]
fn f(a: u8) -> std::io::Result<u8> { Ok(a) }

fn main() {}
