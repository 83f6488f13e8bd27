//! The breaker of one key, for the length of one call.

use std::ops::Deref;

use crate::{
    breaker::CircuitBreaker,
    family::{CircuitBreakerFamily, Hold, SendHold},
};

use super::key::KeyText;

/// The breaker of a call's key. While it is held, the breaker is not evicted.
///
/// Opaque, so that how the breaker is held is no part of what generated code says.
#[derive(Debug)]
pub struct KeyedBreaker(Hold);

/// As [`KeyedBreaker`], for a call that may end on another thread than it began on.
#[derive(Debug)]
pub struct SendKeyedBreaker(SendHold);

impl Deref for KeyedBreaker {
    type Target = CircuitBreaker;

    #[inline]
    fn deref(&self) -> &CircuitBreaker {
        &self.0
    }
}

impl Deref for SendKeyedBreaker {
    type Target = CircuitBreaker;

    #[inline]
    fn deref(&self) -> &CircuitBreaker {
        &self.0
    }
}

/// `key`: each value of the expression has a breaker of its own. This one is for a sync function.
#[inline]
pub fn keyed(family: &CircuitBreakerFamily, key: impl KeyText) -> KeyedBreaker {
    KeyedBreaker(key.with(|key| family.hold(key)))
}

/// `key`: each value of the expression has a breaker of its own. This one is for a future.
#[inline]
pub fn send_keyed(family: &CircuitBreakerFamily, key: impl KeyText) -> SendKeyedBreaker {
    SendKeyedBreaker(key.with(|key| family.hold_send(key)))
}
