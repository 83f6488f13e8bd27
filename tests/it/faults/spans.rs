//! The body of an annotated function runs in the span that `#[instrument]` gives it, whichever stands above the other.

use std::{
    future::Future,
    io,
    pin::Pin,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use breaker_runtime::circuit_breaker;
use tracing::{Event, Subscriber, info, instrument, subscriber::with_default};
use tracing_subscriber::{
    layer::{Context, Layer, SubscriberExt},
    registry::{LookupSpan, Registry},
};

/// The span around each event.
#[derive(Clone, Default)]
struct Around(Arc<Mutex<Vec<&'static str>>>);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Around {
    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let name = context.event_span(event).map_or("none", |span| span.name());
        self.0.lock().unwrap().push(name);
    }
}

async fn log_twice() -> io::Result<()> {
    info!("before");
    tokio::task::yield_now().await;
    info!("after");
    Ok(())
}

#[async_trait]
trait Client {
    async fn above(&mut self) -> io::Result<()>;
    async fn beneath(&mut self) -> io::Result<()>;
    async fn with_fields(&mut self, text: String) -> io::Result<()>;

    #[circuit_breaker(fallback = |_| Ok(()))]
    #[instrument(name = "expected", skip_all)]
    async fn by_default(&self) -> io::Result<()> {
        log_twice().await
    }
}

#[derive(Debug)]
struct Http;

#[async_trait]
impl Client for Http {
    #[circuit_breaker]
    #[instrument(name = "expected", skip_all)]
    async fn above(&mut self) -> io::Result<()> {
        log_twice().await
    }

    #[instrument(name = "expected", skip_all)]
    #[circuit_breaker]
    async fn beneath(&mut self) -> io::Result<()> {
        log_twice().await
    }

    #[circuit_breaker(fallback = |_| Ok(()), fallback_on = rejected)]
    #[instrument(name = "expected", fields(length = text.len()))]
    async fn with_fields(&mut self, text: String) -> io::Result<()> {
        drop(text);
        *self = Self;
        log_twice().await
    }
}

#[circuit_breaker]
#[instrument(name = "expected")]
async fn above() -> io::Result<()> {
    log_twice().await
}

#[instrument(name = "expected")]
#[circuit_breaker]
async fn beneath() -> io::Result<()> {
    log_twice().await
}

#[circuit_breaker(fallback = |_| Ok(()))]
#[instrument(name = "expected")]
fn boxed_above() -> Pin<Box<dyn Future<Output = io::Result<()>>>> {
    Box::pin(async move { log_twice().await })
}

#[instrument(name = "expected")]
#[circuit_breaker]
fn boxed_beneath() -> Pin<Box<dyn Future<Output = io::Result<()>>>> {
    Box::pin(async move { log_twice().await })
}

#[circuit_breaker]
#[instrument(name = "expected")]
fn named_above() -> impl Future<Output = io::Result<()>> {
    async move { log_twice().await }
}

#[circuit_breaker]
#[instrument(name = "expected")]
fn not_async() -> io::Result<()> {
    info!("before");
    info!("after");
    Ok(())
}

/// The future is awaited outside the span in which it was made.
fn spans<F: Future<Output = io::Result<()>>>(call: impl FnOnce() -> F) -> Vec<&'static str> {
    let around = Around::default();
    let subscriber = Registry::default().with(around.clone());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    with_default(subscriber, || runtime.block_on(call())).unwrap();
    let mut spans = around.0.lock().unwrap();
    std::mem::take(&mut *spans)
}

#[test]
fn fault_04_a_body_runs_in_its_span() {
    for (order, seen) in [
        ("async, above", spans(above)),
        ("async, beneath", spans(beneath)),
        ("boxed, above", spans(boxed_above)),
        ("boxed, beneath", spans(boxed_beneath)),
        ("impl Future, above", spans(named_above)),
        ("sync", spans(|| std::future::ready(not_async()))),
    ] {
        assert_eq!(seen, ["expected"; 2], "{order}");
    }
}

#[test]
fn fault_04_a_method_of_an_async_trait_runs_in_its_span() {
    assert_eq!(spans(|| async { Http.above().await }), ["expected"; 2]);
    assert_eq!(spans(|| async { Http.beneath().await }), ["expected"; 2]);
    assert_eq!(spans(|| async { Http.by_default().await }), ["expected"; 2]);
    assert_eq!(spans(|| async { Http.with_fields("abc".to_owned()).await }), ["expected"; 2]);
}
