// 145 | edition 2021 | guarded functions in guarded functions, in blocks, in closures and in constants
#[::breaker_runtime::circuit_breaker(name = "outer")]
fn outer(n: u32) -> std::io::Result<u32> {
    #[::breaker_runtime::circuit_breaker(name = "inner", key = n)]
    fn inner(n: u32) -> std::io::Result<u32> { Ok(n + 1) }
    let through = |n| {
        #[::breaker_runtime::circuit_breaker(handle = innermost_breaker)]
        fn innermost(n: u32) -> std::io::Result<u32> { Ok(n * 2) }
        innermost(n)
    };
    through(inner(n)?)
}
const CALL: fn(u32) -> std::io::Result<u32> = {
    #[::breaker_runtime::circuit_breaker(window = "1s", failure_rate = 0.1)]
    fn constant(n: u32) -> std::io::Result<u32> { Ok(n) }
    constant
};
fn main() { assert_eq!(outer(1).unwrap(), 4); assert_eq!(CALL(3).unwrap(), 3); }
