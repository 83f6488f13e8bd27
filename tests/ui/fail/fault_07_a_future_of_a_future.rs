use breaker_runtime::circuit_breaker;

use std::{future::Future, io, pin::Pin};
#[circuit_breaker(fallback = |_| Box::pin(async { Ok(0) }))]
async fn boxed() -> Pin<Box<dyn Future<Output = io::Result<u8>>>> { Box::pin(async { Ok(1) }) }

#[circuit_breaker(fallback = |_| panic!())]
async fn named() -> impl Future<Output = io::Result<u8>> { async { Ok(1) } }

fn main() {}
