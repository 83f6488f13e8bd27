use std::io;

use breaker_runtime::circuit_breaker;

struct Client;

#[circuit_breaker(success_threshold = 4)]
impl Client {
    #[circuit_breaker(half_open_max_calls = 2)]
    fn contradicts(&self) -> io::Result<u8> { Ok(1) }

    #[circuit_breaker(half_open_max_calls = 3)]
    fn too(&self) -> io::Result<u8> { Ok(1) }

    #[circuit_breaker(half_open_max_calls = 0)]
    fn own_mistake(&self) -> io::Result<u8> { Ok(1) }

    #[circuit_breaker]
    fn without_a_mistake(&self) -> io::Result<u8> { Ok(1) }
}

#[circuit_breaker(name = "client")]
impl Client {
    #[cfg_attr(all(), circuit_breaker(failure_threshold = 3))]
    fn in_cfg_attr(&self) -> io::Result<u8> { Ok(1) }
}

#[circuit_breaker(name = "client")]
#[circuit_breaker(failure_threshold = 3)]
impl Client {
    #[circuit_breaker]
    fn of_two_blocks(&self) -> io::Result<u8> { Ok(1) }
}

#[circuit_breaker]
impl Client {
    #[inline]
    fn plain(&self) -> io::Result<u8> { Ok(1) }
}

#[circuit_breaker(failure_if = |_| 1)]
impl Client {
    #[circuit_breaker]
    fn judged(&self) -> io::Result<u8> { Ok(1) }
}

fn main() {}
