use breaker_runtime::{CircuitBreaker, circuit_breaker};

struct Client { breaker: CircuitBreaker }
impl Client {
    #[circuit_breaker(breaker = self.breaker)]
    fn get(&self) -> std::io::Result<u8> { Ok(1) }

    #[circuit_breaker(breaker = breaker_runtime::registry().get("a").unwrap(), fallback = |_| Ok(0))]
    fn head(&self) -> std::io::Result<u8> { Ok(1) }
}

fn main() {
    let client = Client { breaker: CircuitBreaker::new("a", breaker_runtime::Config::default()) };
    let _ = (&client.breaker, client.get(), client.head());
}
