//! A future is judged by what it resolves to, whatever alias names it.

use std::{
    future::{Future, ready},
    io,
    pin::Pin,
};

use breaker_runtime::{State, circuit_breaker};

type BoxFuture<T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send>>;

mod hidden {
    use std::{future::Future, io, pin::Pin};

    pub(super) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = io::Result<T>> + Send + 'a>>;
}

#[circuit_breaker(failure_threshold = 2, handle = of_two_breaker)]
fn of_two(good: bool) -> BoxFuture<u8, io::Error> {
    Box::pin(ready(if good { Ok(1) } else { Err(io::ErrorKind::Other.into()) }))
}

#[circuit_breaker(failure_threshold = 2, fallback = |_| Ok(text.len()), handle = of_a_result_breaker)]
fn of_a_result(text: &str) -> hidden::BoxFuture<'_, usize> {
    Box::pin(ready(Err(io::ErrorKind::Other.into())))
}

#[circuit_breaker(failure_threshold = 2, handle = unpin_breaker)]
fn unpin(good: bool) -> impl Future<Output = io::Result<u8>> + Unpin {
    ready(if good { Ok(1) } else { Err(io::ErrorKind::Other.into()) })
}

#[tokio::test]
async fn fault_07_an_alias_hides_no_failure() {
    assert!(of_two(true).await.is_ok() && unpin(true).await.is_ok());
    for _ in 0..2 {
        assert!(of_two(false).await.is_err() && unpin(false).await.is_err());
        assert_eq!(of_a_result("abc").await.unwrap(), 3);
    }
    for breaker in [of_two_breaker(), unpin_breaker()] {
        let seen = breaker.snapshot();
        assert_eq!((seen.successes, seen.failures, seen.state), (1, 2, State::Open), "{}", breaker.name());
    }
    let seen = of_a_result_breaker().snapshot();
    assert_eq!((seen.failures, seen.fallbacks, seen.state), (2, 2, State::Open));
}
