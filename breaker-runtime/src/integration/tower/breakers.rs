//! Which breaker guards a request.

use std::{
    fmt,
    sync::{Arc, LazyLock},
};

use crate::{breaker::CircuitBreaker, error::CircuitOpen, family::CircuitBreakerFamily};

use super::call::{Call, LayerBreaker};

/// What chooses the breaker of a request.
pub trait Breakers<R> {
    /// The rejection that every request would meet now. It counts nothing.
    fn rejection(&self) -> Option<CircuitOpen>;

    /// Counts a call that is rejected because of an earlier [`rejection`](Self::rejection), and tells it anew.
    fn reject(&self, remembered: CircuitOpen) -> CircuitOpen;

    fn admit(&self, request: &R) -> Result<Call, CircuitOpen>;
}

/// One breaker for all requests. It is made from an `Arc`, from a reference to a static one, as the registry and a handle
/// give it, or from a breaker by value.
#[derive(Clone, Debug)]
pub struct One(LayerBreaker);

impl<R> Breakers<R> for One {
    fn rejection(&self) -> Option<CircuitOpen> {
        self.0.rejection()
    }

    fn reject(&self, remembered: CircuitOpen) -> CircuitOpen {
        self.0.machine().reject_as_found(remembered)
    }

    fn admit(&self, _: &R) -> Result<Call, CircuitOpen> {
        Call::admit(&self.0)
    }
}

impl From<CircuitBreaker> for One {
    fn from(breaker: CircuitBreaker) -> Self {
        Arc::new(breaker).into()
    }
}

impl From<Arc<CircuitBreaker>> for One {
    fn from(breaker: Arc<CircuitBreaker>) -> Self {
        Self(LayerBreaker::Shared(breaker))
    }
}

impl From<&Arc<CircuitBreaker>> for One {
    fn from(breaker: &Arc<CircuitBreaker>) -> Self {
        Arc::clone(breaker).into()
    }
}

impl From<&'static CircuitBreaker> for One {
    fn from(breaker: &'static CircuitBreaker) -> Self {
        Self(LayerBreaker::Static(breaker))
    }
}

impl<F: FnOnce() -> CircuitBreaker> From<&'static LazyLock<CircuitBreaker, F>> for One {
    fn from(breaker: &'static LazyLock<CircuitBreaker, F>) -> Self {
        Self(LayerBreaker::Static(breaker))
    }
}

/// One breaker for each key that `K` makes of a request.
#[derive(Clone)]
pub struct Keyed<K> {
    family: Family,
    key: K,
}

/// A family that lives as long as the layer. It is made from what [`One`] is made from.
#[derive(Clone, Debug)]
pub struct Family(HeldFamily);

#[derive(Clone, Debug)]
enum HeldFamily {
    Shared(Arc<CircuitBreakerFamily>),
    Static(&'static CircuitBreakerFamily),
}

impl<K> Keyed<K> {
    pub(super) fn new(family: Family, key: K) -> Self {
        Self { family, key }
    }
}

impl<R, K, T> Breakers<R> for Keyed<K>
where
    K: Fn(&R) -> T,
    T: fmt::Display,
{
    /// The key comes with the request.
    fn rejection(&self) -> Option<CircuitOpen> {
        None
    }

    /// Never called: no rejection is known before the request.
    fn reject(&self, remembered: CircuitOpen) -> CircuitOpen {
        remembered
    }

    fn admit(&self, request: &R) -> Result<Call, CircuitOpen> {
        let key = (self.key)(request);
        let breaker = match &self.family.0 {
            HeldFamily::Shared(family) => family.get(key),
            HeldFamily::Static(family) => family.get(key),
        };
        Call::admit(&LayerBreaker::Shared(breaker))
    }
}

impl<K> fmt::Debug for Keyed<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyed").field("family", &self.family.0).finish_non_exhaustive()
    }
}

impl From<CircuitBreakerFamily> for Family {
    fn from(family: CircuitBreakerFamily) -> Self {
        Arc::new(family).into()
    }
}

impl From<Arc<CircuitBreakerFamily>> for Family {
    fn from(family: Arc<CircuitBreakerFamily>) -> Self {
        Self(HeldFamily::Shared(family))
    }
}

impl From<&Arc<CircuitBreakerFamily>> for Family {
    fn from(family: &Arc<CircuitBreakerFamily>) -> Self {
        Arc::clone(family).into()
    }
}

impl From<&'static CircuitBreakerFamily> for Family {
    fn from(family: &'static CircuitBreakerFamily) -> Self {
        Self(HeldFamily::Static(family))
    }
}

impl<F: FnOnce() -> CircuitBreakerFamily> From<&'static LazyLock<CircuitBreakerFamily, F>> for Family {
    fn from(family: &'static LazyLock<CircuitBreakerFamily, F>) -> Self {
        Self(HeldFamily::Static(family))
    }
}
