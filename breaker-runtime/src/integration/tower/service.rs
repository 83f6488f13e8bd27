//! The guarded service.

use std::{
    fmt, mem,
    task::{Context, Poll},
};

use tower_service::Service;

use crate::error::CircuitOpen;

use super::{breakers::Breakers, ending::Ending, future::ResponseFuture, guard::Guard};

/// A service that asks a circuit breaker before each call: see [the module](super).
pub struct CircuitBreakerService<S, B, V, W, M> {
    inner: S,
    guard: Guard<B, V, W, M>,
    /// What `poll_ready` found. The next call is rejected, even if the circuit admits again by then: the inner service is not
    /// known to be ready.
    rejection: Option<CircuitOpen>,
    /// Whether the inner service was polled since its last call, so that it may hold a place for the next one.
    polled: bool,
}

impl<S, B, V, W, M> CircuitBreakerService<S, B, V, W, M> {
    pub(super) fn new(inner: S, guard: Guard<B, V, W, M>) -> Self {
        Self { inner, guard, rejection: None, polled: false }
    }

    /// The service that is guarded.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreaker, Config, integration::tower::CircuitBreakerLayer};
    /// use tower::Layer;
    ///
    /// let layer = CircuitBreakerLayer::new(CircuitBreaker::new("users", Config::default()));
    /// assert_eq!(layer.layer("a client").get_ref(), &"a client");
    /// ```
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// The service that is guarded. A call that is made on it directly is not counted.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreaker, Config, integration::tower::CircuitBreakerLayer};
    /// use tower::Layer;
    ///
    /// let layer = CircuitBreakerLayer::new(CircuitBreaker::new("users", Config::default()));
    /// let mut guarded = layer.layer("a client");
    /// *guarded.get_mut() = "another";
    /// assert_eq!(guarded.into_inner(), "another");
    /// ```
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// The service without its guard.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreaker, Config, integration::tower::CircuitBreakerLayer};
    /// use tower::Layer;
    ///
    /// let layer = CircuitBreakerLayer::new(CircuitBreaker::new("users", Config::default()));
    /// assert_eq!(layer.layer("a client").into_inner(), "a client");
    /// ```
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S: Clone, B, V, W, M> CircuitBreakerService<S, B, V, W, M> {
    /// Gives back what the inner service holds for a call that will not come: a place in a limit, a connection, its turn in
    /// a queue. tower has no method for this, so the service is replaced by a clone, which holds nothing.
    fn give_back(&mut self) {
        if mem::take(&mut self.polled) {
            self.inner = self.inner.clone();
        }
    }
}

impl<S, R, B, V, W, M> Service<R> for CircuitBreakerService<S, B, V, W, M>
where
    S: Service<R> + Clone,
    B: Breakers<R>,
    V: Clone,
    W: Clone,
    M: Ending<V, W, S::Response, S::Error>,
{
    type Response = M::Response;
    type Error = M::Error;
    type Future = ResponseFuture<S::Future, V, W, M>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), M::Error>> {
        // Once ready, a service stays so until it is called.
        if self.rejection.is_some() {
            return Poll::Ready(Ok(()));
        }
        // A rejection is the answer to a call. As an error here it would say that this service is done for, and close a
        // `Buffer` for good.
        self.rejection = self.guard.breakers.rejection();
        if self.rejection.is_some() {
            self.give_back();
            return Poll::Ready(Ok(()));
        }
        self.polled = true;
        self.inner.poll_ready(context).map_err(M::not_ready)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let breakers = &self.guard.breakers;
        if let Some(remembered) = self.rejection.take() {
            return ResponseFuture::rejected(breakers.reject(remembered));
        }
        match breakers.admit(&request) {
            Ok(mut call) => {
                self.polled = false;
                // This very one is ready, a clone of it is not.
                let inner = call.run(|| self.inner.call(request));
                ResponseFuture::admitted(inner, call, self.guard.judge.clone())
            }
            Err(open) => {
                self.give_back();
                ResponseFuture::rejected(open)
            }
        }
    }
}

impl<S: Clone, B: Clone, V: Clone, W: Clone, M> Clone for CircuitBreakerService<S, B, V, W, M> {
    /// A clone is not ready, whatever this one is.
    fn clone(&self) -> Self {
        Self::new(self.inner.clone(), self.guard.clone())
    }
}

impl<S: fmt::Debug, B: fmt::Debug, V, W, M> fmt::Debug for CircuitBreakerService<S, B, V, W, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CircuitBreakerService")
            .field("inner", &self.inner)
            .field("breakers", &self.guard.breakers)
            .finish_non_exhaustive()
    }
}
