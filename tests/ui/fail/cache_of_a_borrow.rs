use breaker_runtime::circuit_breaker;

#[circuit_breaker(cache(key = text, ttl = "1m"))]
fn f(text: &str) -> std::io::Result<&str> { Ok(text) }

#[circuit_breaker(cache(key = text[0], ttl = "1m"))]
async fn g<'a>(text: &'a [&'static str]) -> std::io::Result<(u8, Vec<&'a str>)> { Ok((1, text.to_vec())) }

fn main() {}
