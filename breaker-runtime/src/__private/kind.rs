//! What kind of type a function returns, found by method lookup.
//!
//! A method of [`Kind`] is taken where the type has what its `impl` asks for; else the lookup goes on to [`Plain`],
//! which takes every type. Inherent methods need no import, so this works at any call site.

use std::{
    future::{Future, Ready, ready},
    marker::PhantomData,
    ops::Deref,
};

use crate::{error::CallError, outcome::Outcome, rejection::Rejection};

use super::{error_kind::ErrorKind, failed::Failed, judged::Judged, no_error::NoError, rejected::rejection_error};

/// The type of a value that stands in generated code.
#[derive(Debug)]
pub struct Kind<R>(Plain<R>);

/// Any type.
// A function pointer: it is `Send` whatever `R` is, and stands in futures.
#[derive(Debug)]
pub struct Plain<R>(PhantomData<fn() -> R>);

// Whatever `R` is.
impl<R> Clone for Kind<R> {
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Kind<R> {}

impl<R> Clone for Plain<R> {
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Plain<R> {}

impl<R> Kind<R> {
    /// The kind of a value that is still to come.
    #[inline]
    #[must_use]
    #[expect(clippy::new_without_default, reason = "its type says nothing by itself")]
    pub const fn new() -> Self {
        Self(Plain(PhantomData))
    }

    /// No value: it tells what type one has.
    #[inline]
    #[must_use]
    pub const fn none(self) -> Option<R> {
        None
    }

    /// The closure, which returns a value of this kind.
    #[inline]
    pub fn returned_by<F: FnOnce() -> R>(self, body: F) -> F {
        body
    }

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

impl<F: Future> Kind<F> {
    /// An async fallback's future.
    #[inline]
    pub fn answer(&self, answer: F) -> F {
        answer
    }
}

impl<T, E> Kind<Result<T, E>> {
    /// The kind of its error, which says where a rejection is looked for.
    #[inline]
    #[must_use]
    pub fn error(&self) -> ErrorKind<T, E> {
        ErrorKind::new()
    }

    /// Takes the error out of a failed value. An `Ok` that was judged a failure has none, and is returned as it is.
    #[inline]
    #[must_use]
    #[expect(clippy::type_complexity, reason = "inferred wherever it is called")]
    pub fn failed(&self) -> fn(Result<T, E>) -> Failed<Result<T, E>, E> {
        |value| match value {
            Ok(value) => Failed::Returned(Ok(value)),
            Err(error) => Failed::With(error),
        }
    }

    /// The error of a call that is rejected.
    #[inline]
    pub fn rejection_error(&self, rejection: Rejection<'_>) -> CallError<E> {
        rejection_error(rejection)
    }
}

impl<R> Plain<R> {
    /// What the value says of itself.
    #[inline]
    pub fn verdict(&self, value: &R) -> Judged<'static>
    where
        R: Outcome,
    {
        value.verdict().into()
    }

    /// It is no `Result`, so it holds no error.
    #[inline]
    #[must_use]
    pub fn error(&self) -> NoError<R> {
        NoError::new()
    }

    /// A sync fallback's value.
    #[inline]
    pub fn answer(&self, answer: R) -> Ready<R> {
        ready(answer)
    }

    /// A failed value that is no `Result` is its own error.
    #[inline]
    #[must_use]
    pub fn failed(&self) -> fn(R) -> Failed<R, R> {
        Failed::With
    }

    /// The error of a call that is rejected.
    #[inline]
    pub fn rejection_error(&self, rejection: Rejection<'_>) -> CallError<R> {
        rejection_error(rejection)
    }
}
