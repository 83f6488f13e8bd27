use breaker_runtime::circuit_breaker;

#[circuit_breaker(name = "a")]
mod m { }

fn main() {}
