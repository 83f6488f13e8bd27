use breaker_runtime::circuit_breaker;

#[circuit_breaker(name = "a")]
fn f() -> ! { loop {} }

fn main() {}
