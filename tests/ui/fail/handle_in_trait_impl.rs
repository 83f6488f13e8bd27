use breaker_runtime::circuit_breaker;

trait T { fn f(&self) -> std::io::Result<u8>; }
struct S;
impl T for S {
    #[circuit_breaker(handle = Self::f_breaker)]
    fn f(&self) -> std::io::Result<u8> { Ok(1) }
}

fn main() {}
