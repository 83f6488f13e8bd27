//! The breaker of one key, for the length of one call.

use std::{fmt, ops::Deref, sync::Arc};

use crate::{breaker::CircuitBreaker, family::CircuitBreakerFamily};

/// The breaker of a call's key. While it is held, the breaker is not evicted.
///
/// Opaque, so that how the breaker is held is no part of what generated code says.
#[derive(Debug)]
pub struct KeyedBreaker(Arc<CircuitBreaker>);

impl Deref for KeyedBreaker {
    type Target = CircuitBreaker;

    #[inline]
    fn deref(&self) -> &CircuitBreaker {
        &self.0
    }
}

/// Returns the breaker of this key.
#[inline]
pub fn keyed(family: &'static CircuitBreakerFamily, key: impl fmt::Display) -> KeyedBreaker {
    KeyedBreaker(family.get(key))
}
