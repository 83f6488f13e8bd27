use breaker_runtime::circuit_breaker;

#[circuit_breaker(recovery_timeout = 30, probe_timeout = "5 minutes")]
fn f() -> std::io::Result<u8> { Ok(1) }

fn main() {}
