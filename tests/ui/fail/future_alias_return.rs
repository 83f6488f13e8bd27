use breaker_runtime::circuit_breaker;

use std::{future::Future, pin::Pin};
type Later<T> = Pin<Box<dyn Future<Output = T>>>;
fn alt() -> Later<u8> { Box::pin(async { 0 }) }
#[circuit_breaker(fallback = alt)]
fn f() -> Later<u8> { Box::pin(async { 1 }) }

fn main() {}
