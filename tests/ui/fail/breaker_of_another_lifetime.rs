use std::io;

use breaker_runtime::{CircuitBreaker, circuit_breaker};

struct Client { breaker: CircuitBreaker, up: bool }
impl Client {
    fn breaker(&self) -> &CircuitBreaker { &self.breaker }

    #[circuit_breaker(breaker = self.breaker())]
    fn exclusive(&mut self) -> io::Result<bool> { self.up = true; Ok(true) }
}

fn main() {}
