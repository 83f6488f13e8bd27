use breaker_runtime::circuit_breaker;

use std::{future::Future, pin::Pin};
fn alt(_: u8) -> Pin<Box<dyn Future<Output = u8>>> { Box::pin(async { 0 }) }
#[circuit_breaker(fallback = alt)]
fn f(n: u8) -> Pin<Box<dyn Future<Output = u8>>> { Box::pin(async move { n }) }

fn main() {}
