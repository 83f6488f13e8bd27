//! The layer of a channel.

use std::fmt;

use tower_layer::Layer;

use crate::integration::tower::{
    breakers::{Family, Keyed, One},
    judge::NoRetryAfter,
    layer,
    service::CircuitBreakerService,
};

use super::{status::ByStatus, trailers::AtTrailers};

/// Puts a circuit breaker around a channel, under a generated client.
///
/// It is [`tower`'s layer](crate::integration::tower::CircuitBreakerLayer) in all but what a call is judged by: the status, which stands in the
/// headers of an answer that is nothing else, and in the trailers of every other one. The error of the guarded channel is
/// a [`Status`](tonic::Status): that of [`unavailable`](super::unavailable) for a rejection, and for an error of the channel
/// the one that the client would make of it.
///
/// | the answer | the call |
/// |---|---|
/// | is a status in the headers, or an HTTP status other than 200 | is judged by it |
/// | ends with trailers | is judged by the status in them; without one it failed |
/// | breaks, or does not come: no connection, a time limit | failed |
/// | is dropped before its trailers: a stream that the caller leaves | was cancelled |
///
/// A probe of a half-open circuit that answers with a message is settled as a success by the first one: streams that go on
/// would hold the circuit half-open. A call is slow by the time to its headers.
///
/// ```
/// use std::sync::Arc;
/// use breaker_runtime::{CircuitBreaker, Config, integration::tonic::CircuitBreakerLayer};
/// use tower::{Layer, service_fn};
///
/// # async fn call(_: ::http::Request<tonic::body::Body>) -> Result<::http::Response<tonic::body::Body>, std::io::Error> {
/// #     Ok(::http::Response::default())
/// # }
/// # let channel = service_fn(call);
/// let breaker = Arc::new(CircuitBreaker::new("users", Config::default()));
/// let channel = CircuitBreakerLayer::new(breaker).layer(channel);
/// let users = tonic::client::Grpc::new(channel); // or UsersClient::new(channel), as it was generated
/// # let _ = users;
/// ```
pub struct CircuitBreakerLayer<B = One, V = ByStatus, W = NoRetryAfter> {
    layer: layer::CircuitBreakerLayer<B, V, W, AtTrailers>,
}

impl CircuitBreakerLayer {
    /// One breaker for all calls: an `Arc`, a `&'static` one, or one by value.
    ///
    /// ```
    /// use breaker_runtime::{Config, integration::tonic::CircuitBreakerLayer, registry};
    ///
    /// let layer = CircuitBreakerLayer::new(registry().get_or_create("user-service", Config::default()));
    /// # let _ = layer;
    /// ```
    pub fn new(breaker: impl Into<One>) -> Self {
        Self { layer: layer::CircuitBreakerLayer::new(breaker).ending().verdict(ByStatus) }
    }
}

impl<K> CircuitBreakerLayer<Keyed<K>> {
    /// One breaker for each key, of a family: an `Arc`, a `&'static` one, or one by value.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreakerFamily, Config, integration::tonic::CircuitBreakerLayer};
    /// use ::http::Request;
    /// use tonic::body::Body;
    ///
    /// /// One circuit for each method of the service.
    /// fn method(request: &Request<Body>) -> String {
    ///     request.uri().path().to_owned()
    /// }
    ///
    /// let methods = CircuitBreakerFamily::new("users", Config::default());
    /// let layer = CircuitBreakerLayer::keyed(methods, method);
    /// # let _ = layer;
    /// ```
    pub fn keyed(family: impl Into<Family>, key: K) -> Self {
        Self { layer: layer::CircuitBreakerLayer::keyed(family, key).ending().verdict(ByStatus) }
    }
}

impl<B, V, W> CircuitBreakerLayer<B, V, W> {
    /// Judges each status that was received, but not `Ok`, which is a success: `verdict` is a `Fn(&Status) -> Verdict`.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreaker, Config, Verdict, integration::tonic::CircuitBreakerLayer};
    /// use tonic::{Code, Status};
    ///
    /// fn judge(status: &Status) -> Verdict {
    ///     if status.code() == Code::Unavailable { Verdict::Failure } else { Verdict::Success }
    /// }
    ///
    /// let layer = CircuitBreakerLayer::new(CircuitBreaker::new("users", Config::default())).verdict(judge);
    /// # let _ = layer;
    /// ```
    pub fn verdict<F>(self, verdict: F) -> CircuitBreakerLayer<B, F, W> {
        CircuitBreakerLayer { layer: self.layer.verdict(verdict) }
    }

    /// Asks about the status of each failure how long the service wants to be left alone: `retry_after` is a
    /// `Fn(&Status) -> Option<Duration>`, and does what it does in [`tower`](crate::integration::tower::CircuitBreakerLayer::retry_after).
    ///
    /// ```
    /// use std::time::Duration;
    /// use breaker_runtime::{CircuitBreaker, Config, integration::tonic::CircuitBreakerLayer};
    /// use tonic::Status;
    ///
    /// /// The pushback of gRPC's retries.
    /// fn pushback(status: &Status) -> Option<Duration> {
    ///     let millis = status.metadata().get("grpc-retry-pushback-ms")?.to_str().ok()?;
    ///     millis.parse().ok().map(Duration::from_millis)
    /// }
    ///
    /// let layer = CircuitBreakerLayer::new(CircuitBreaker::new("users", Config::default())).retry_after(pushback);
    /// # let _ = layer;
    /// ```
    pub fn retry_after<F>(self, retry_after: F) -> CircuitBreakerLayer<B, V, F> {
        CircuitBreakerLayer { layer: self.layer.retry_after(retry_after) }
    }
}

impl<S, B: Clone, V: Clone, W: Clone> Layer<S> for CircuitBreakerLayer<B, V, W> {
    type Service = CircuitBreakerService<S, B, V, W, AtTrailers>;

    fn layer(&self, channel: S) -> Self::Service {
        self.layer.layer(channel)
    }
}

impl<B: Clone, V: Clone, W: Clone> Clone for CircuitBreakerLayer<B, V, W> {
    fn clone(&self) -> Self {
        Self { layer: self.layer.clone() }
    }
}

impl<B: fmt::Debug, V, W> fmt::Debug for CircuitBreakerLayer<B, V, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.layer.fmt(f)
    }
}
