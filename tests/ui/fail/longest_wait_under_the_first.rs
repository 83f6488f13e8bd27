use breaker_runtime::circuit_breaker;

#[circuit_breaker(recovery_timeout = "2m", backoff_multiplier = 2, max_recovery_timeout = "1m")]
fn f() -> std::io::Result<u8> { Ok(1) }

#[circuit_breaker(max_recovery_timeout = "1s")]
fn default_wait() -> std::io::Result<u8> { Ok(1) }

fn main() {}
