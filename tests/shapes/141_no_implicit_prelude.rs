// 141 | edition 2021 | no prelude at all, every kind of option
#![no_implicit_prelude]
#[::breaker_runtime::circuit_breaker(key = n, ignore_if = |e| e.kind() == ::std::io::ErrorKind::NotFound, fallback = |_| ::std::io::Result::Ok(n), clone(n))]
fn f(n: u8) -> ::std::io::Result<u8> { ::std::io::Result::Ok(n) }
#[::breaker_runtime::circuit_breaker(slow_call_duration = "1s", slow_call_rate = 1, jitter = 0, failure_if = ::std::io::Result::is_err)]
async fn g(n: u8) -> ::std::io::Result<u8> { ::std::io::Result::Ok(n) }
fn main() { ::std::assert_eq!(f(1).unwrap(), 1); ::std::mem::drop(g(1)); }
