use breaker_runtime::circuit_breaker;

struct Host;
#[circuit_breaker(key = host)]
fn f(host: Host) -> std::io::Result<u8> { let _ = host; Ok(1) }

#[circuit_breaker(key = &host.1)]
async fn g(host: (u8, Option<u8>)) -> std::io::Result<u8> { Ok(host.0) }

fn main() {}
