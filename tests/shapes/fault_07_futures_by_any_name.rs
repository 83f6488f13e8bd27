// edition 2021
// What a returned future resolves to is told by its type, not by the words of an alias.
use std::{
    future::{Future, ready},
    io,
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
};

mod two {
    pub type BoxFuture<T, E> = super::Pin<Box<dyn super::Future<Output = Result<T, E>> + Send>>;
}

mod hidden {
    pub type BoxFuture<'a, T> = super::Pin<Box<dyn super::Future<Output = std::io::Result<T>> + Send + 'a>>;
    pub type LocalBoxFuture<T = ()> = super::Pin<Box<dyn super::Future<Output = std::io::Result<T>>>>;
}

#[::breaker_runtime::circuit_breaker]
fn of_two(good: bool) -> two::BoxFuture<u8, io::Error> {
    Box::pin(async move { if good { Ok(1) } else { Err(io::ErrorKind::Other.into()) } })
}

#[::breaker_runtime::circuit_breaker(fallback = |error| if error.to_string().is_empty() { Ok(0) } else { Ok(7) })]
fn of_a_result(text: &str) -> hidden::BoxFuture<'_, usize> {
    Box::pin(async move { if text.is_empty() { Err(io::ErrorKind::Other.into()) } else { Ok(text.len()) } })
}

#[::breaker_runtime::circuit_breaker(fallback = |_| Ok(()), fallback_on = rejected)]
fn of_a_default() -> hidden::LocalBoxFuture {
    Box::pin(ready(Ok(())))
}

#[::breaker_runtime::circuit_breaker]
fn unpin(n: u8) -> impl Future<Output = io::Result<u8>> + Unpin {
    Box::pin(async move { Ok(n) })
}

#[::breaker_runtime::circuit_breaker(fallback = |_| Ok(3))]
fn unpin_and_send(n: u8) -> impl Future<Output = io::Result<u8>> + Send + Unpin + 'static {
    ready(if n == 0 { Err(io::ErrorKind::Other.into()) } else { Ok(n) })
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return value;
        }
    }
}

fn main() -> io::Result<()> {
    assert_eq!(block_on(of_two(true))?, 1);
    assert!(block_on(of_two(false)).is_err());
    assert_eq!(block_on(of_a_result("ab"))?, 2);
    block_on(of_a_default())?;
    assert_eq!(block_on(unpin(1))?, 1);
    fn is_unpin<T: Unpin>(value: T) -> T {
        value
    }
    assert_eq!(block_on(is_unpin(unpin_and_send(1)))?, 1);
    Ok(())
}
