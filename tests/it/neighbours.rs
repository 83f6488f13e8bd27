//! Other crates' attributes above and below.

use std::io;

use breaker_runtime::{State, circuit_breaker, registry};

fn down() -> io::Error {
    io::ErrorKind::ConnectionRefused.into()
}

#[async_trait::async_trait]
trait Store {
    async fn load(&self, id: u32) -> io::Result<u32>;

    #[circuit_breaker(name = "neighbours-default", failure_threshold = 1, key = id)]
    async fn default(&self, id: u32) -> io::Result<u32>
    where
        Self: Sync,
    {
        self.load(id).await
    }
}

struct Below;

#[async_trait::async_trait]
impl Store for Below {
    #[circuit_breaker(name = "neighbours-below", failure_threshold = 1, cache(key = id, ttl = "1h"))]
    async fn load(&self, id: u32) -> io::Result<u32> {
        std::future::ready(()).await;
        if id > 9 { Err(down()) } else { Ok(id) }
    }
}

#[tokio::test]
async fn async_trait_methods_are_guarded() {
    let store: Box<dyn Store + Send + Sync> = Box::new(Below);
    assert_eq!(store.load(1).await.unwrap(), 1);
    assert!(store.load(10).await.is_err());
    let breaker = registry().get("neighbours-below").unwrap();
    assert_eq!(breaker.state(), State::Open);
    assert_eq!(tokio::spawn(async move { store.load(1).await }).await.unwrap().unwrap(), 1, "cached");
    assert_eq!(breaker.snapshot().cached, 1);
    assert!(Below.default(20).await.is_err());
    assert!(Below.default(1).await.is_ok());
}

#[tracing::instrument(skip_all, err)]
#[circuit_breaker(name = "neighbours-above", failure_threshold = 1, fallback = |_| Ok(0), fallback_on = rejected)]
async fn instrumented_above(up: bool) -> io::Result<u32> {
    if up { Ok(1) } else { Err(down()) }
}

#[circuit_breaker(failure_threshold = 1, key = name, handle = instrumented)]
#[tracing::instrument(level = "debug", ret, err)]
fn instrumented_below((number, name): (u32, &str)) -> io::Result<u32> {
    if number > 0 { Ok(number) } else { Err(down()) }
}

#[circuit_breaker(failure_threshold = 1, handle = instrumented_async)]
#[tracing::instrument(skip(text))]
async fn instrumented_async_below(text: String) -> io::Result<usize> {
    std::future::ready(()).await;
    if text.is_empty() { Err(down()) } else { Ok(text.len()) }
}

#[tokio::test]
async fn tracing_instrument_stands_above_and_below() {
    assert!(instrumented_above(false).await.is_err());
    assert_eq!(instrumented_above(true).await.unwrap(), 0);
    assert!(instrumented_below((0, "a")).is_err());
    assert!(instrumented_below((1, "a")).is_err());
    assert_eq!(instrumented_below((1, "b")).unwrap(), 1);
    assert_eq!(instrumented().get("a").snapshot().rejected, 1);
    assert_eq!(tokio::spawn(instrumented_async_below("ab".into())).await.unwrap().unwrap(), 2);
    assert!(instrumented_async_below(String::new()).await.is_err());
    assert_eq!(instrumented_async().state(), State::Open);
}

#[tokio::test]
#[circuit_breaker(name = "neighbours-test-below")]
async fn a_test_may_be_guarded_below() -> io::Result<()> {
    Ok(())
}

#[circuit_breaker(name = "neighbours-test-above")]
#[tokio::test]
async fn a_test_may_be_guarded_above() -> io::Result<()> {
    Ok(())
}
