use breaker_runtime::circuit_breaker;

fn alt(_: String) -> std::io::Result<u8> { Ok(0) }
#[circuit_breaker(fallback = alt, clone(txt))]
fn f(text: String) -> std::io::Result<u8> { Ok(text.len() as u8) }

fn main() {}
