use breaker_runtime::circuit_breaker;

trait T {
    #[circuit_breaker(name = "a")]
    fn f(&self) -> std::io::Result<u8>;
}

fn main() {}
