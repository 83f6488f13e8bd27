//! What kind of type a function returns, found by method lookup.
//!
//! A method of [`Kind`] is taken where the type has what its `impl` asks for; else the lookup goes on to [`Plain`],
//! which takes every type. Inherent methods need no import, so this works at any call site.

use std::{
    future::{Future, Ready, ready},
    marker::PhantomData,
    ops::Deref,
};

use crate::outcome::{Outcome, Verdict};

use super::{
    error_kind::{ErrorKind, NoError},
    judged::Judged,
};

/// The type of a value that stands in generated code.
#[derive(Debug)]
pub struct Kind<R>(Plain<R>);

/// Any type.
// A function pointer: it is `Send` whatever `R` is, and stands in futures.
#[derive(Debug)]
pub struct Plain<R>(PhantomData<fn() -> R>);

impl<R> Kind<R> {
    /// The kind of this value.
    #[inline]
    #[must_use]
    pub fn of(_: &R) -> Self {
        Self(Plain(PhantomData))
    }
}

impl<R> Deref for Kind<R> {
    type Target = Plain<R>;

    #[inline]
    fn deref(&self) -> &Plain<R> {
        &self.0
    }
}

/// Nothing: the bound that makes a future in a sync function an error.
#[diagnostic::on_unimplemented(
    message = "this function returns a future, so its outcome is not known when it returns",
    label = "a future, whose outcome the circuit breaker could not see",
    note = "write `async fn`, or name the future: `impl Future<Output = …>`, `Pin<Box<dyn Future<Output = …>>>`"
)]
pub trait NotAFuture {
    /// Never called.
    fn verdict(&self) -> Verdict;
}

impl<F: Future> Kind<F> {
    /// A future says nothing yet.
    pub fn judge(&self, value: &F) -> Judged
    where
        F: NotAFuture,
    {
        value.verdict().into()
    }

    /// A future is not judgeable.
    pub fn judgeable(&self)
    where
        F: NotAFuture,
    {
    }

    /// An async fallback's future.
    #[inline]
    pub fn into_answer(&self, answer: F) -> F {
        answer
    }
}

impl<T, E> Kind<Result<T, E>> {
    /// The error, whose own kind says how it is judged.
    #[inline]
    pub fn error<'a>(&self, value: &'a Result<T, E>) -> ErrorKind<'a, E> {
        ErrorKind::of(value.as_ref().err())
    }

    /// The error of a failed call. An `Ok` that was judged a failure has none, and is returned as it is.
    ///
    /// # Errors
    /// The error that `value` is.
    #[inline]
    pub fn into_failed(&self, value: Result<T, E>) -> Result<Result<T, E>, E> {
        match value {
            Ok(value) => Ok(Ok(value)),
            Err(error) => Err(error),
        }
    }
}

impl<R> Plain<R> {
    /// What the value says of itself.
    #[inline]
    pub fn judge(&self, value: &R) -> Judged
    where
        R: Outcome,
    {
        value.verdict().into()
    }

    /// It is no `Result`, so it holds no error.
    #[inline]
    pub fn error(&self, _: &R) -> NoError {
        NoError
    }

    /// `failure_if` may judge it.
    #[inline]
    pub fn judgeable(&self) {}

    /// A sync fallback's value.
    #[inline]
    pub fn into_answer(&self, answer: R) -> Ready<R> {
        ready(answer)
    }

    /// A failed value that is no `Result` is its own error.
    ///
    /// # Errors
    /// Always the value.
    #[inline]
    pub fn into_failed(&self, value: R) -> Result<R, R> {
        Err(value)
    }
}
