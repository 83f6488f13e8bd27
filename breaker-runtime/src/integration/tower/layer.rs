//! The layer, and how it is set up.

use std::fmt;

use tower_layer::Layer;

use super::{
    breakers::{Family, Keyed, One},
    ending::Ends,
    error::{Boxed, Typed},
    guard::Guard,
    judge::{ByResult, Judge, NoRetryAfter},
    service::CircuitBreakerService,
};

/// Puts a circuit breaker around each service that it is laid over: see [the module](super).
///
/// All of them, and their clones, share the breaker. `B` is which breaker, `V` who judges, `W` who says how long to wait,
/// and `M` when a call ends and what its error is; all four follow from the methods that are called.
pub struct CircuitBreakerLayer<B = One, V = ByResult, W = NoRetryAfter, M = Ends> {
    guard: Guard<B, V, W, M>,
}

impl CircuitBreakerLayer {
    /// One breaker for all calls: an `Arc`, a `&'static` one, as the registry or a handle gives it, or one by value.
    ///
    /// The error of the guarded service is [`CallError<S::Error>`](crate::CallError).
    ///
    /// ```
    /// use breaker_runtime::{Config, integration::tower::CircuitBreakerLayer, registry};
    /// use tower::{Layer, service_fn};
    ///
    /// let users = registry().get_or_create("user-service", Config::default());
    /// let client = service_fn(|id: u32| async move { Ok::<_, std::io::Error>(format!("user {id}")) });
    /// let client = CircuitBreakerLayer::new(users).layer(client);
    /// # let _ = tower::ServiceExt::<u32>::oneshot(client, 7);
    /// ```
    pub fn new(breaker: impl Into<One>) -> Self {
        Self::around(breaker.into())
    }
}

impl<K> CircuitBreakerLayer<Keyed<K>> {
    /// One breaker for each key, of a family: an `Arc`, a `&'static` one, or one by value.
    ///
    /// `key` is a `Fn(&Request) -> T` with `T: Display`. A closure needs the type of its argument written.
    ///
    /// ```
    /// use std::{io, sync::Arc};
    /// use breaker_runtime::{CircuitBreakerFamily, Config, integration::tower::CircuitBreakerLayer};
    /// use tower::{Layer, service_fn};
    ///
    /// let tenants = Arc::new(CircuitBreakerFamily::new("search", Config::default()));
    /// let client = service_fn(|(tenant, words): (u32, String)| async move { Ok::<_, io::Error>(format!("{tenant}: {words}")) });
    /// let client = CircuitBreakerLayer::keyed(&tenants, |(tenant, _): &(u32, String)| *tenant).layer(client);
    /// # let _ = tower::ServiceExt::oneshot(client, (7, String::new()));
    /// ```
    pub fn keyed(family: impl Into<Family>, key: K) -> Self {
        Self::around(Keyed::new(family.into(), key))
    }
}

impl<B> CircuitBreakerLayer<B> {
    fn around(breakers: B) -> Self {
        Self { guard: Guard::new(breakers, Judge { verdict: ByResult, retry_after: NoRetryAfter }) }
    }
}

impl<B, V, W, M> CircuitBreakerLayer<B, V, W, M> {
    /// Judges each call by its whole result: `verdict` is a `Fn(&Result<S::Response, S::Error>) -> Verdict`.
    ///
    /// ```
    /// use std::{io, sync::Arc};
    /// use breaker_runtime::{CircuitBreaker, Config, Verdict, integration::tower::CircuitBreakerLayer};
    /// use tower::{Layer, service_fn};
    ///
    /// fn judge(result: &io::Result<String>) -> Verdict {
    ///     match result {
    ///         Err(error) if error.kind() == io::ErrorKind::InvalidInput => Verdict::Ignored,
    ///         Err(_) => Verdict::Failure,
    ///         Ok(_) => Verdict::Success,
    ///     }
    /// }
    ///
    /// let breaker = Arc::new(CircuitBreaker::new("users", Config::default()));
    /// let client = service_fn(|id: u32| async move { io::Result::Ok(format!("user {id}")) });
    /// let client = CircuitBreakerLayer::new(breaker).verdict(judge).layer(client);
    /// # let _ = tower::ServiceExt::<u32>::oneshot(client, 7);
    /// ```
    ///
    /// A closure needs the type of its argument written, which is why this is a `fn`.
    pub fn verdict<F>(self, verdict: F) -> CircuitBreakerLayer<B, F, W, M> {
        let judge = Judge { verdict, retry_after: self.guard.judge.retry_after };
        CircuitBreakerLayer { guard: Guard::new(self.guard.breakers, judge) }
    }

    /// Asks about each failure how long the service wants to be left alone: `retry_after` is a
    /// `Fn(&Result<S::Response, S::Error>) -> Option<Duration>`.
    ///
    /// `Some` opens the circuit at once, for that long or for the wait of its settings, whichever is longer, but at most
    /// for `max_recovery_timeout`; `None` and zero leave the failure to be counted like any other. What one tenant is told
    /// must not keep the others out: use it with [`keyed`](Self::keyed), or where the limit is the service's own.
    ///
    /// ```
    /// use std::{io, sync::Arc, time::Duration};
    /// use breaker_runtime::{CircuitBreaker, Config, integration::tower::CircuitBreakerLayer};
    /// use tower::{Layer, service_fn};
    ///
    /// fn busy(result: &io::Result<String>) -> Option<Duration> {
    ///     let error = result.as_ref().err()?;
    ///     (error.kind() == io::ErrorKind::ResourceBusy).then_some(Duration::from_secs(30))
    /// }
    ///
    /// let breaker = Arc::new(CircuitBreaker::new("users", Config::default()));
    /// let client = service_fn(|id: u32| async move { io::Result::Ok(format!("user {id}")) });
    /// let client = CircuitBreakerLayer::new(breaker).retry_after(busy).layer(client);
    /// # let _ = tower::ServiceExt::<u32>::oneshot(client, 7);
    /// ```
    pub fn retry_after<F>(self, retry_after: F) -> CircuitBreakerLayer<B, V, F, M> {
        let judge = Judge { verdict: self.guard.judge.verdict, retry_after };
        CircuitBreakerLayer { guard: Guard::new(self.guard.breakers, judge) }
    }

    /// This layer with another end of its calls.
    pub(in crate::integration) fn ending<N>(self) -> CircuitBreakerLayer<B, V, W, N> {
        CircuitBreakerLayer { guard: Guard::new(self.guard.breakers, self.guard.judge) }
    }
}

impl<B, V, W, At> CircuitBreakerLayer<B, V, W, Ends<At, Typed>> {
    /// Makes the error of the guarded service a [`BoxError`](super::BoxError), as those of tower's own layers are.
    ///
    /// It is a [`CircuitOpen`](crate::CircuitOpen), or the inner service's own error, and either is found by downcast.
    ///
    /// ```
    /// # use std::{future::Future, pin::pin, task::{Context, Waker}};
    /// use std::{io, sync::Arc};
    /// use breaker_runtime::{CircuitBreaker, CircuitOpen, Config, integration::tower::CircuitBreakerLayer};
    /// use tower::{Layer, ServiceExt, service_fn};
    ///
    /// # let program = async {
    /// let breaker = Arc::new(CircuitBreaker::new("users", Config::default()));
    /// let client = service_fn(|id: u32| async move { io::Result::Ok(format!("user {id}")) });
    /// let client = CircuitBreakerLayer::new(&breaker).boxed().layer(client);
    ///
    /// breaker.trip();
    /// assert!(client.oneshot(7).await.unwrap_err().is::<CircuitOpen>());
    /// # };
    /// # assert!(pin!(program).poll(&mut Context::from_waker(Waker::noop())).is_ready());
    /// ```
    pub fn boxed(self) -> CircuitBreakerLayer<B, V, W, Ends<At, Boxed>> {
        self.ending()
    }
}

impl<S, B: Clone, V: Clone, W: Clone, M> Layer<S> for CircuitBreakerLayer<B, V, W, M> {
    type Service = CircuitBreakerService<S, B, V, W, M>;

    fn layer(&self, inner: S) -> Self::Service {
        CircuitBreakerService::new(inner, self.guard.clone())
    }
}

impl<B: Clone, V: Clone, W: Clone, M> Clone for CircuitBreakerLayer<B, V, W, M> {
    fn clone(&self) -> Self {
        Self { guard: self.guard.clone() }
    }
}

impl<B: fmt::Debug, V, W, M> fmt::Debug for CircuitBreakerLayer<B, V, W, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CircuitBreakerLayer").field("breakers", &self.guard.breakers).finish_non_exhaustive()
    }
}
