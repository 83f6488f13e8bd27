use breaker_runtime::circuit_breaker;

pub struct S;
impl S {
    #[circuit_breaker(handle = ports_breaker)]
    pub fn ports() -> std::io::Result<u8> { Ok(1) }
}

fn main() {}
