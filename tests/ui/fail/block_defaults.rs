use std::io;

use breaker_runtime::circuit_breaker;

struct Client;

#[circuit_breaker(
    name = "client",
    handle = breaker,
    key = host,
    max_keys = 10,
    cache(key = host, ttl = "1s"),
    clone(host),
    fallback = Self::instead,
    failure_treshold = 3,
    recovery_timeout = "0s"
)]
impl Client {
    #[circuit_breaker]
    fn get(&self, host: &str) -> io::Result<usize> { Ok(host.len()) }

    #[circuit_breaker]
    fn head(&self, host: &str) -> io::Result<usize> { Ok(host.len()) }
}

#[circuit_breaker(verdict = verdict, failure_if = Result::is_err)]
impl Client {
    #[circuit_breaker]
    fn put(&self) -> io::Result<u8> { Ok(1) }
}

fn main() {}
