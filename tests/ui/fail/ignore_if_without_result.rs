use breaker_runtime::circuit_breaker;

fn alt() -> Option<u8> { None }
#[circuit_breaker(fallback = alt, failure_if = Option::is_none, ignore_if = |_| true)]
fn f() -> Option<u8> { None }

fn main() {}
