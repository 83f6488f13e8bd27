// 146 | edition 2021 | restricted visibility, with accessors as visible as their functions
mod a {
    pub mod b {
        #[::breaker_runtime::circuit_breaker(handle = keyed_breakers, key = n)]
        pub(in crate::a) fn keyed(n: u8) -> std::io::Result<u8> { Ok(n) }
        #[::breaker_runtime::circuit_breaker(handle = one_breaker)]
        pub(super) fn one(n: u8) -> std::io::Result<u8> { Ok(n) }
    }
    pub fn call() -> std::io::Result<u8> { Ok(b::keyed(1)? + b::one(2)?) }
}
fn main() { assert_eq!(a::call().unwrap(), 3); }
