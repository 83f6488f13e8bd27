//! A value that is no `Result`: no error to look into, but it may be a future, which is a mistake.

use std::{future::Future, marker::PhantomData, ops::Deref};

use crate::{error::CircuitOpen, outcome::Outcome};

use super::{
    judge::{By, ByOutcome, Unjudged},
    judged::Judged,
    search::Search,
};

/// A value that is no `Result`.
#[derive(Debug)]
pub struct NoError<R>(Value<R>);

/// A value that is no future either.
#[derive(Debug)]
pub struct Value<R>(PhantomData<fn() -> R>);

// Whatever `R` is.
impl<R> Clone for Value<R> {
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Value<R> {}

impl<R> NoError<R> {
    #[inline]
    pub(super) const fn new() -> Self {
        Self(Value(PhantomData))
    }
}

impl<R> Deref for NoError<R> {
    type Target = Value<R>;

    #[inline]
    fn deref(&self) -> &Value<R> {
        &self.0
    }
}

impl<R> Value<R> {
    /// The value itself says how it counts.
    #[inline]
    #[must_use]
    pub fn judged(&self) -> ByOutcome<Self>
    where
        R: Outcome,
    {
        ByOutcome(*self)
    }

    /// A closure says how the value counts; it may be asked about several.
    #[inline]
    pub fn judged_by<F: Fn(&R) -> Judged<'_>>(&self, judge: F) -> By<Self, F> {
        By { search: *self, judge }
    }

    /// A closure says how the value counts; it is asked about one.
    #[inline]
    pub fn judged_once_by<F: FnOnce(&R) -> Judged<'_>>(&self, judge: F) -> By<Self, F> {
        By { search: *self, judge }
    }
}

impl<R> Search<R> for Value<R> {
    #[inline]
    fn rejection(self, _: &R) -> Option<&CircuitOpen> {
        None
    }
}

/// Nothing: the bound that makes a future in a sync function an error.
#[diagnostic::on_unimplemented(
    message = "the value of this function is a future, so its outcome is not known when it returns",
    label = "a future, whose outcome the circuit breaker could not see",
    note = "write `async fn`, or name the future: `impl Future<Output = …>`, `Pin<Box<dyn Future<Output = …>>>`",
    note = "where an `async fn` yields a future, `.await` it in the body"
)]
pub trait NotAFuture {
    /// Never called.
    fn unjudged() -> Unjudged;
}

impl<F: Future> NoError<F> {
    /// A future says nothing yet.
    pub fn judged(&self) -> Unjudged
    where
        F: NotAFuture,
    {
        F::unjudged()
    }

    /// A future is not judged.
    pub fn judged_by<J: Fn(&F) -> Judged<'_>>(&self, _: J) -> Unjudged
    where
        F: NotAFuture,
    {
        F::unjudged()
    }

    /// A future is not judged.
    pub fn judged_once_by<J: FnOnce(&F) -> Judged<'_>>(&self, _: J) -> Unjudged
    where
        F: NotAFuture,
    {
        F::unjudged()
    }
}
