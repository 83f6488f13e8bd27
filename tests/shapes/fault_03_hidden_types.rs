// edition 2024
// A type that is not written, with a closure that is asked about rejections only.
use std::{
    fmt, io,
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

#[::breaker_runtime::circuit_breaker(fallback_on = rejected, fallback = |error| Err(io::Error::other(error.to_string())))]
fn bytes(text: &str) -> Result<impl Iterator<Item = u8>, io::Error> {
    Ok(text.bytes())
}

#[::breaker_runtime::circuit_breaker(fallback_on = rejected, fallback = |_| Ok("alt".bytes()))]
fn bytes_of_an_alias(text: &str) -> io::Result<impl Iterator<Item = u8>> {
    Ok(text.bytes())
}

#[::breaker_runtime::circuit_breaker(fallback_on = rejected, fallback = |_| Ok("alt".bytes()))]
async fn bytes_later(text: &str) -> io::Result<impl Iterator<Item = u8>> {
    Ok(text.bytes())
}

#[::breaker_runtime::circuit_breaker(fallback_on = rejected, fallback = |error| Err(error.to_string()))]
fn any_error() -> Result<u8, impl fmt::Display> {
    Err(String::from("down"))
}

struct Wrapped<T: Iterator>(T);

#[::breaker_runtime::circuit_breaker(fallback_on = rejected, fallback = |_| Err(io::ErrorKind::Other.into()))]
async fn wrapped(text: &str) -> Result<Wrapped<impl Iterator<Item = u8>>, io::Error> {
    Ok(Wrapped(text.bytes()))
}

#[::breaker_runtime::circuit_breaker(fallback_on = rejected, fallback = |_| Err(io::ErrorKind::Other.into()))]
fn in_a_future(text: &str) -> impl Future<Output = io::Result<impl Iterator<Item = u8>>> {
    async move { Ok(text.bytes()) }
}

#[::breaker_runtime::circuit_breaker(fallback = |_| Ok("alt".bytes()))]
fn also_after_a_failure(text: &str) -> io::Result<impl Iterator<Item = u8>> {
    if text.is_empty() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    Ok(text.bytes())
}

fn send<T: Send>(value: T) -> T {
    value
}

// What is hidden need not be `Send` for its future to be.
#[::breaker_runtime::circuit_breaker(fallback_on = rejected, fallback = |_| Ok(std::rc::Rc::new(1)))]
async fn local() -> io::Result<impl AsRef<u8>> {
    std::future::ready(()).await;
    Ok(std::rc::Rc::new(2))
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
    assert_eq!(bytes("ab")?.count(), 2);
    assert_eq!(bytes_of_an_alias("ab")?.count(), 2);
    assert_eq!(block_on(bytes_later("ab"))?.count(), 2);
    assert_eq!(any_error().err().unwrap().to_string(), "down");
    assert_eq!(block_on(wrapped("ab"))?.0.count(), 2);
    assert_eq!(block_on(in_a_future("ab"))?.count(), 2);
    assert_eq!(also_after_a_failure("ab")?.count(), 2);
    assert_eq!(no_result("ab").count(), 2);
    assert_eq!(no_result_by_path("ab").count(), 2);
    assert_eq!(no_result_by_path_in_any_case("ab").count(), 2);
    assert_eq!(block_on(no_result_later("ab")).count(), 2);
    assert_eq!(block_on(no_result_later_if_rejected("ab")).count(), 2);
    assert_eq!(Stream([0; 200]).into_iter_large().count(), 200);
    assert_eq!(*block_on(send(local()))?.as_ref(), 2);
    Ok(())
}

#[::breaker_runtime::circuit_breaker(failure_if = |_| false, fallback_on = rejected, fallback = |_| unreachable!())]
fn no_result(text: &str) -> impl Iterator<Item = u8> {
    text.bytes()
}

#[::breaker_runtime::circuit_breaker(failure_if = |_| false, fallback_on = rejected, fallback = str::bytes)]
fn no_result_by_path(text: &str) -> impl Iterator<Item = u8> {
    text.bytes()
}

#[::breaker_runtime::circuit_breaker(failure_if = |_| false, fallback = str::bytes)]
fn no_result_by_path_in_any_case(text: &str) -> impl Iterator<Item = u8> {
    text.bytes()
}

#[::breaker_runtime::circuit_breaker(failure_if = |_| false, fallback = |_| unreachable!())]
async fn no_result_later(text: &str) -> impl Iterator<Item = u8> {
    text.bytes()
}

#[::breaker_runtime::circuit_breaker(failure_if = |_| false, fallback_on = rejected, fallback = |_| unreachable!())]
async fn no_result_later_if_rejected(text: &str) -> impl Iterator<Item = u8> {
    text.bytes()
}

struct Stream([u8; 200]);

impl Stream {
    #[::breaker_runtime::circuit_breaker(failure_if = |_| false, fallback = |_| unreachable!())]
    fn into_iter_large(mut self) -> impl Iterator<Item = u8> {
        self.0[0] = 1;
        self.0.into_iter()
    }
}
