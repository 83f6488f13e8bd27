use std::{io, sync::Arc};

use breaker_runtime::{CircuitBreakerFamily, circuit_breaker};

struct Client { name: String, hosts: Arc<CircuitBreakerFamily> }
impl Client {
    #[circuit_breaker(breaker = self.name)]
    fn text(&self) -> io::Result<u8> { Ok(1) }

    #[circuit_breaker(breaker = self.name)]
    fn text_exclusive(&mut self) -> io::Result<u8> { Ok(1) }

    #[circuit_breaker(breaker = self.hosts)]
    fn without_key(&self) -> io::Result<u8> { Ok(1) }

    #[circuit_breaker(breaker = self.breaker)]
    fn no_field(&self) -> io::Result<u8> { Ok(1) }
}

#[circuit_breaker(breaker = "users")]
fn literal() -> io::Result<u8> { Ok(1) }

#[circuit_breaker(breaker = 3)]
fn number() -> io::Result<u8> { Ok(1) }

#[circuit_breaker(breaker = || todo!())]
fn closure() -> io::Result<u8> { Ok(1) }

fn main() {}
