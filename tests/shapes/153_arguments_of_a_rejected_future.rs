// edition 2021
// A body that only makes a future runs once the call is admitted: the fallback of a rejected one has its arguments.
use std::{future::Future, io, pin::Pin};

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

// As `#[async_trait]` writes it.
#[::breaker_runtime::circuit_breaker(failure_threshold = 1, fallback = |_| Ok(id + "?"), fallback_on = rejected)]
fn fetch<'a>(id: String) -> Pin<Box<dyn Future<Output = io::Result<String>> + Send + 'a>> {
    Box::pin(async move {
        if let Some(value) = None::<io::Result<String>> {
            return value;
        }
        let id = id;
        drop(id);
        Err(io::ErrorKind::Other.into())
    })
}

#[::breaker_runtime::circuit_breaker(failure_threshold = 1, fallback = |_| Ok(list.len()), fallback_on = rejected)]
fn by_alias(list: &mut Vec<u8>) -> BoxFuture<'_, io::Result<usize>> {
    Box::pin(async move {
        list.push(1);
        Err(io::ErrorKind::Other.into())
    })
}

#[::breaker_runtime::circuit_breaker(failure_threshold = 1, failure_if = Vec::is_empty, fallback = |_| list, fallback_on = rejected)]
fn named(list: Vec<u8>) -> impl Future<Output = Vec<u8>> {
    async move { list.into_iter().filter(|byte| *byte > 9).collect() }
}

fn main() {
    // Without the attribute the second call fails as the first one does.
    let plain = |one: bool, two: bool| assert_eq!(one, two);
    let fetched = [fetch("a".to_owned()), fetch("b".to_owned())].map(|call| rt::block_on(call).ok());
    assert!(fetched[0].is_none());
    let guarded = fetched[1].is_some();
    assert!(fetched[1].as_deref().is_none_or(|value| value == "b?"));
    let mut list = vec![];
    assert!(rt::block_on(by_alias(&mut list)).is_err());
    plain(rt::block_on(by_alias(&mut list)).is_ok(), guarded);
    plain(list.len() == 1, guarded);
    assert!(rt::block_on(named(vec![1])).is_empty());
    plain(rt::block_on(named(vec![1])) == [1], guarded);
}

mod rt { #![allow(dead_code, missing_docs, unreachable_pub)] pub fn block_on<F: std::future::Future>(f: F) -> F::Output { let mut f = std::pin::pin!(f); let mut cx = std::task::Context::from_waker(std::task::Waker::noop()); loop { if let std::task::Poll::Ready(v) = f.as_mut().poll(&mut cx) { return v } } } }
