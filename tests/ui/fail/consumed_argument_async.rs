use breaker_runtime::circuit_breaker;

fn alt(text: String) -> std::io::Result<usize> { Ok(text.len()) }
#[circuit_breaker(fallback = alt)]
async fn f(text: String) -> std::io::Result<usize> { Ok(text.into_bytes().len()) }

fn main() {}
