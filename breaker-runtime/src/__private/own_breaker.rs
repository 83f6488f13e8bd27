//! A breaker of the user's own: `breaker = <expression>`.

use std::{
    ops::Deref,
    sync::{Arc, LazyLock},
};

use crate::{breaker::CircuitBreaker, family::CircuitBreakerFamily};

/// A breaker, or what points to one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no circuit breaker",
    label = "is no `CircuitBreaker`",
    note = "`breaker` is a `CircuitBreaker`, or an `Arc`, a reference or a `LazyLock` of one; a `CircuitBreakerFamily` needs a \
            `key` beside it"
)]
pub trait HoldsBreaker {
    /// The breaker.
    fn breaker(&self) -> &CircuitBreaker;
}

impl HoldsBreaker for CircuitBreaker {
    #[inline]
    fn breaker(&self) -> &CircuitBreaker {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<P: Deref<Target: HoldsBreaker> + ?Sized> HoldsBreaker for P {
    #[inline]
    fn breaker(&self) -> &CircuitBreaker {
        (**self).breaker()
    }
}

/// Returns the breaker that the expression holds.
#[inline]
pub fn borrowed_breaker<B: HoldsBreaker + ?Sized>(own: &B) -> &CircuitBreaker {
    own.breaker()
}

/// A family, or what points to one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no family of circuit breakers",
    label = "is no `CircuitBreakerFamily`",
    note = "with a `key`, `breaker` is a `CircuitBreakerFamily`, or an `Arc`, a reference or a `LazyLock` of one"
)]
pub trait HoldsFamily {
    /// The family.
    fn family(&self) -> &CircuitBreakerFamily;
}

impl HoldsFamily for CircuitBreakerFamily {
    #[inline]
    fn family(&self) -> &CircuitBreakerFamily {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<P: Deref<Target: HoldsFamily> + ?Sized> HoldsFamily for P {
    #[inline]
    fn family(&self) -> &CircuitBreakerFamily {
        (**self).family()
    }
}

/// Returns the family that the expression holds.
#[inline]
pub fn borrowed_family<F: HoldsFamily + ?Sized>(own: &F) -> &CircuitBreakerFamily {
    own.family()
}

/// A breaker that a call can keep without borrowing anything of the function's.
#[diagnostic::on_unimplemented(
    message = "`breaker` is an `Arc<CircuitBreaker>` or a `&'static CircuitBreaker` here, and this is `{Self}`",
    label = "would be borrowed while the body runs",
    note = "the body may change or consume what this is a part of, or runs when the function has returned: make it an \
            `Arc<CircuitBreaker>`, which is cloned before the body"
)]
pub trait OwnedBreaker {
    /// What the call keeps.
    type Owned: HoldsBreaker;

    /// Another handle to the same breaker.
    fn owned(&self) -> Self::Owned;
}

impl OwnedBreaker for Arc<CircuitBreaker> {
    type Owned = Self;

    #[inline]
    fn owned(&self) -> Self {
        Self::clone(self)
    }
}

impl OwnedBreaker for &Arc<CircuitBreaker> {
    type Owned = Arc<CircuitBreaker>;

    #[inline]
    fn owned(&self) -> Arc<CircuitBreaker> {
        Arc::clone(self)
    }
}

impl OwnedBreaker for &'static CircuitBreaker {
    type Owned = Self;

    #[inline]
    fn owned(&self) -> Self {
        self
    }
}

impl OwnedBreaker for &'static LazyLock<CircuitBreaker> {
    type Owned = Self;

    #[inline]
    fn owned(&self) -> Self {
        self
    }
}

/// Returns a handle of the call's own to the breaker that the expression holds.
#[inline]
pub fn owned_breaker<B: OwnedBreaker>(own: &B) -> B::Owned {
    own.owned()
}
