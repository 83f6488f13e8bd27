use breaker_runtime::circuit_breaker;

fn alt() -> Option<u8> { None }
#[circuit_breaker(fallback = alt, failure_if = |_: &Option<u8>| 1u8)]
fn f() -> Option<u8> { None }

fn main() {}
