use breaker_runtime::circuit_breaker;

#[circuit_breaker(name = "a")]
#[track_caller]
const fn f() -> ! { loop {} }

fn main() {}
