//! What the tests share: a breaker on a manual clock, a mock under its layer, and answers that are told.

use std::{sync::Arc, time::Duration};

use breaker_runtime::{
    CallError, CircuitBreaker, Config, ConfigBuilder, Snapshot,
    integration::tower::{
        AtHead, BoxError, ByResult, CircuitBreakerLayer, CircuitBreakerService, Ends, NoRetryAfter, One,
    },
    testing::ManualClock,
};
use tower::Layer;
use tower_test::mock::{self, Handle, Mock, Spawn};

pub(crate) const WAIT: Duration = Duration::from_secs(30);

pub(crate) type Guarded<S> = CircuitBreakerService<S, One, ByResult, NoRetryAfter, Ends<AtHead>>;

pub(crate) type GuardedMock = Spawn<Guarded<Mock<u32, u32>>>;

/// A threshold of 2, one probe, and a wait of [`WAIT`].
pub(crate) fn small() -> ConfigBuilder {
    Config::builder().failure_threshold(2).recovery_timeout(WAIT).half_open_max_calls(1)
}

pub(crate) fn breaker(config: ConfigBuilder) -> (Arc<CircuitBreaker>, ManualClock) {
    let clock = ManualClock::new();
    (Arc::new(CircuitBreaker::with_clock("test", config.build().unwrap(), clock.clone())), clock)
}

pub(crate) fn guard<S>(breaker: &Arc<CircuitBreaker>, inner: S) -> Guarded<S> {
    CircuitBreakerLayer::new(breaker).layer(inner)
}

/// A mock under the plain layer.
pub(crate) fn mocked(breaker: &Arc<CircuitBreaker>) -> (GuardedMock, Handle<u32, u32>) {
    mock::spawn_layer(CircuitBreakerLayer::new(breaker))
}

pub(crate) fn is_rejected<T, E>(result: &Result<T, CallError<E>>) -> bool {
    matches!(result, Err(CallError::Open(_)))
}

/// Successes, failures, ignored, cancelled, rejected.
pub(crate) fn counts(breaker: &CircuitBreaker) -> [u64; 5] {
    let Snapshot { successes, failures, ignored, cancelled, rejected, .. } = breaker.snapshot();
    [successes, failures, ignored, cancelled, rejected]
}

/// The next request of the mock is answered, and it was this one.
pub(crate) fn answer(handle: &mut Handle<u32, u32>, request: u32, result: Result<u32, BoxError>) {
    let (got, send) = tokio_test::assert_ready!(handle.poll_request()).expect("the mock lives");
    assert_eq!(got, request);
    match result {
        Ok(value) => send.send_response(value),
        Err(error) => send.send_error(error),
    }
}
