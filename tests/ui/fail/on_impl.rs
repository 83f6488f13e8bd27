use breaker_runtime::circuit_breaker;

struct S;
#[circuit_breaker(name = "a")]
impl S { fn f(&self) -> u8 { 1 } }

fn main() {}
