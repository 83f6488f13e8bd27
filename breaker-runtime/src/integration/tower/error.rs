//! What a guarded service's error is.

use std::error::Error;

use crate::error::{CallError, CircuitOpen};

/// Any error, as tower's own layers have it.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// Makes the guarded service's error of a rejection, or of an error of the inner service.
pub trait Form<E> {
    type Error;

    fn open(open: CircuitOpen) -> Self::Error;

    fn failed(error: E) -> Self::Error;
}

/// The error is a [`CallError`] around the inner service's own.
#[derive(Debug)]
pub enum Typed {}

impl<E> Form<E> for Typed {
    type Error = CallError<E>;

    fn open(open: CircuitOpen) -> CallError<E> {
        CallError::Open(open)
    }

    fn failed(error: E) -> CallError<E> {
        CallError::Failed(error)
    }
}

/// The error is a [`BoxError`]: a [`CircuitOpen`], or the inner service's own, each to be found by downcast.
#[derive(Debug)]
pub enum Boxed {}

impl<E: Into<BoxError>> Form<E> for Boxed {
    type Error = BoxError;

    fn open(open: CircuitOpen) -> BoxError {
        open.into()
    }

    fn failed(error: E) -> BoxError {
        error.into()
    }
}
