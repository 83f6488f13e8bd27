use breaker_runtime::circuit_breaker;

use std::io;
struct Client;
impl Client {
    #[circuit_breaker(fallback = cached)]
    fn of_the_same_impl(&self) -> io::Result<u8> { Ok(1) }

    #[circuit_breaker(fallback = self.cached)]
    fn of_the_receiver(&self) -> io::Result<u8> { Ok(1) }

    fn cached(&self) -> io::Result<u8> { Ok(0) }
}

fn alt() -> io::Result<u8> { Ok(0) }

#[circuit_breaker(fallback = "alt")]
fn text() -> io::Result<u8> { Ok(1) }

#[circuit_breaker(fallback = alt())]
fn call() -> io::Result<u8> { Ok(1) }

#[circuit_breaker("users", failure_threshold = 3)]
fn named() -> io::Result<u8> { Ok(1) }

fn main() {}
