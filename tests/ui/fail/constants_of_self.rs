use std::{io, time::Duration};

use breaker_runtime::{Config, ConfigBuilder, circuit_breaker};

struct Client;
impl Client {
    const RETRIES: u32 = 3;
    const TTL: Duration = Duration::from_secs(1);
    const NAME: &'static str = "client";

    fn defaults() -> ConfigBuilder { Config::builder() }

    #[circuit_breaker(failure_threshold = Self::RETRIES)]
    fn number(&self) -> io::Result<u8> { Ok(1) }

    #[circuit_breaker(name = Self::NAME, config = Self::defaults, min_calls = Self::RETRIES * 2)]
    fn several(&self) -> io::Result<u8> { Ok(1) }

    #[circuit_breaker(cache(key = id, ttl = Self::TTL))]
    fn cached(&self, id: u8) -> io::Result<u8> { Ok(id) }
}

trait Limits { const CALLS: u32; }

#[circuit_breaker(half_open_max_calls = T::CALLS)]
fn of_a_type<T: Limits>(_: T) -> io::Result<u8> { Ok(1) }

#[circuit_breaker(failure_threshold = N)]
async fn of_a_constant<const N: u32>() -> io::Result<u8> { Ok(1) }

fn main() {}
