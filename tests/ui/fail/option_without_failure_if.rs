use breaker_runtime::circuit_breaker;

fn alt() -> Option<u8> { None }
#[circuit_breaker(fallback = alt)]
fn f() -> Option<u8> { None }

fn main() {}
