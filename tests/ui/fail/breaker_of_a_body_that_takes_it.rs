use std::{future::Future, io};

use breaker_runtime::{CircuitBreaker, circuit_breaker};

struct Client { breaker: CircuitBreaker, up: bool }
impl Client {
    #[circuit_breaker(breaker = self.breaker)]
    fn exclusive(&mut self) -> io::Result<bool> { self.up = true; Ok(true) }

    #[circuit_breaker(breaker = self.breaker)]
    async fn consumed(self) -> io::Result<bool> { Ok(self.up) }

    #[circuit_breaker(breaker = self.breaker)]
    fn returned(&self) -> impl Future<Output = io::Result<bool>> { async { Ok(self.up) } }

    // As they should be.
    #[circuit_breaker(breaker = self.breaker)]
    fn shared(&self) -> io::Result<bool> { Ok(self.up) }
}

#[circuit_breaker(breaker = client.breaker)]
fn argument(client: Client) -> io::Result<bool> { Ok(client.up) }

fn main() {}
