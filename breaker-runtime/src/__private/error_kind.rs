//! Whether an error is the rejection of a breaker further in, found by method lookup on the error's type.
//!
//! `rejection` is taken from the first of these whose `impl` fits: [`ErrorKind`] for the types that are known,
//! [`Boxed`] and [`BoxedLocal`] for boxed errors and `anyhow`, [`Standard`] for any `Error`, and [`Opaque`] for the rest,
//! which cannot be looked into.

use std::{error::Error, io, ops::Deref};

use crate::{
    error::{CallError, CircuitOpen},
    is_rejection::rejection_in,
};

/// The error of a value, if it has one: a type that is known.
#[derive(Debug)]
pub struct ErrorKind<'a, E>(Boxed<'a, E>);

/// An error that shows itself as `dyn Error + Send + Sync`.
#[derive(Debug)]
pub struct Boxed<'a, E>(BoxedLocal<'a, E>);

/// An error that shows itself as `dyn Error`.
#[derive(Debug)]
pub struct BoxedLocal<'a, E>(Standard<'a, E>);

/// Any `Error`.
#[derive(Debug)]
pub struct Standard<'a, E>(Opaque<'a, E>);

/// Any type.
#[derive(Debug)]
pub struct Opaque<'a, E>(Option<&'a E>);

/// There is no error.
#[derive(Debug)]
pub struct NoError;

impl<'a, E> ErrorKind<'a, E> {
    #[inline]
    pub(super) fn of(error: Option<&'a E>) -> Self {
        Self(Boxed(BoxedLocal(Standard(Opaque(error)))))
    }
}

macro_rules! lookup_goes_on {
    ($($from:ident -> $to:ident),*) => {$(
        impl<'a, E> Deref for $from<'a, E> {
            type Target = $to<'a, E>;

            #[inline]
            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }
    )*};
}

lookup_goes_on!(ErrorKind -> Boxed, Boxed -> BoxedLocal, BoxedLocal -> Standard, Standard -> Opaque);

impl<'a> ErrorKind<'a, CircuitOpen> {
    /// The rejection that the error is, or was caused by.
    #[inline]
    #[must_use]
    pub fn rejection(&self) -> Option<&'a CircuitOpen> {
        self.0.0.0.0.0
    }
}

impl<'a, E> ErrorKind<'a, CallError<E>> {
    /// The rejection that the error is, or was caused by.
    #[inline]
    #[must_use]
    pub fn rejection(&self) -> Option<&'a CircuitOpen> {
        self.0.0.0.0.0?.open()
    }
}

impl<'a> ErrorKind<'a, io::Error> {
    /// The rejection that the error is, or was caused by.
    #[inline]
    #[must_use]
    pub fn rejection(&self) -> Option<&'a CircuitOpen> {
        rejection_in(self.0.0.0.0.0?)
    }
}

impl<'a, E: AsRef<dyn Error + Send + Sync>> Boxed<'a, E> {
    /// The rejection that the error is, or was caused by.
    #[inline]
    #[must_use]
    pub fn rejection(&self) -> Option<&'a CircuitOpen> {
        rejection_in(self.0.0.0.0?.as_ref())
    }
}

impl<'a, E: AsRef<dyn Error>> BoxedLocal<'a, E> {
    /// The rejection that the error is, or was caused by.
    #[inline]
    #[must_use]
    pub fn rejection(&self) -> Option<&'a CircuitOpen> {
        rejection_in(self.0.0.0?.as_ref())
    }
}

impl<'a, E: Error> Standard<'a, E> {
    /// The rejection that the error was caused by. It may borrow, so its own type cannot be asked for.
    #[inline]
    #[must_use]
    pub fn rejection(&self) -> Option<&'a CircuitOpen> {
        rejection_in(self.0.0?.source()?)
    }
}

impl<'a, E> Opaque<'a, E> {
    /// The cause of such an error cannot be read.
    #[inline]
    #[must_use]
    pub fn rejection(&self) -> Option<&'a CircuitOpen> {
        None
    }
}

impl NoError {
    /// None.
    #[inline]
    #[must_use]
    pub fn rejection(&self) -> Option<&'static CircuitOpen> {
        None
    }
}
