use breaker_runtime::circuit_breaker;

use std::rc::Rc;
#[circuit_breaker(name = "a")]
async fn f() -> std::io::Result<u8> { let r = Rc::new(1); std::future::ready(()).await; Ok(*r) }
fn send<T: Send>(_: T) {}
pub fn g() { send(f()) }

fn main() {}
