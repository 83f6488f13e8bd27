// 140 | edition 2018 | the oldest edition with async: keyed, with names that are keywords later
#[::breaker_runtime::circuit_breaker(key = gen, failure_rate = 0.5, window = 10, on_cancel = failure)]
async fn fetch(gen: &str, r#try: u8) -> std::io::Result<usize> { Ok(gen.len() + usize::from(r#try)) }
#[::breaker_runtime::circuit_breaker(key = gen[0], max_keys = 3, fallback = instead)]
fn sync(gen: Vec<u8>) -> std::io::Result<usize> { let dyn_len: &dyn std::any::Any = &gen; assert!(dyn_len.is::<Vec<u8>>()); Ok(gen.len()) }
fn instead(_: Vec<u8>) -> std::io::Result<usize> { Ok(0) }
fn main() { assert_eq!(sync(vec![1]).unwrap(), 1); assert_eq!(rt::block_on(fetch("a", 2)).unwrap(), 3); assert_eq!(instead(vec![]).unwrap(), 0); }
mod rt { pub fn block_on<F: std::future::Future>(f: F) -> F::Output { let mut f = Box::pin(f); let mut cx = std::task::Context::from_waker(std::task::Waker::noop()); loop { if let std::task::Poll::Ready(v) = f.as_mut().poll(&mut cx) { return v; } } } }
