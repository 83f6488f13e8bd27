//! Where a rejection of a breaker further in is looked for, found by method lookup on the error's type.
//!
//! `search` is taken from the first of these whose `impl` fits: [`ErrorKind`] for the types that are known, [`Boxed`] and
//! [`BoxedLocal`] for boxed errors and `anyhow`, [`Standard`] for any `Error`, and [`Opaque`] for the rest, which cannot be
//! looked into.

use std::{error::Error, io, marker::PhantomData, ops::Deref};

use crate::{
    error::{CallError, CircuitOpen},
    is_rejection::rejection_in,
};

/// Finds the rejection that a value of type `R` holds, or was caused by.
pub trait Search<R>: Copy {
    /// Whether there can be one.
    const FINDS: bool = true;

    /// The rejection, if there is one.
    fn rejection(self, value: &R) -> Option<&CircuitOpen>;
}

/// The error of a value, if it has one: a type that is known.
#[derive(Debug)]
pub struct ErrorKind<E>(Boxed<E>);

/// An error that shows itself as `dyn Error + Send + Sync`.
#[derive(Debug)]
pub struct Boxed<E>(BoxedLocal<E>);

/// An error that shows itself as `dyn Error`.
#[derive(Debug)]
pub struct BoxedLocal<E>(Standard<E>);

/// Any `Error`.
#[derive(Debug)]
pub struct Standard<E>(Opaque<E>);

/// Any type.
#[derive(Debug)]
pub struct Opaque<E>(PhantomData<fn() -> E>);

/// There is no error.
#[derive(Clone, Copy, Debug)]
pub struct NoError;

impl<E> ErrorKind<E> {
    #[inline]
    pub(super) const fn new() -> Self {
        Self(Boxed(BoxedLocal(Standard(Opaque(PhantomData)))))
    }
}

// Whatever `E` is.
macro_rules! copy {
    ($($kind:ident),*) => {$(
        impl<E> Clone for $kind<E> {
            #[inline]
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<E> Copy for $kind<E> {}
    )*};
}

copy!(ErrorKind, Boxed, BoxedLocal, Standard, Opaque);

macro_rules! lookup_goes_on {
    ($($from:ident -> $to:ident),*) => {$(
        impl<E> Deref for $from<E> {
            type Target = $to<E>;

            #[inline]
            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }
    )*};
}

lookup_goes_on!(ErrorKind -> Boxed, Boxed -> BoxedLocal, BoxedLocal -> Standard, Standard -> Opaque);

/// The method that the lookup finds: it stops here.
macro_rules! lookup_ends {
    ($(impl [$($parameters:tt)*] $kind:ty;)*) => {$(
        impl<$($parameters)*> $kind {
            /// Looks for a rejection in errors of this type.
            #[inline]
            #[must_use]
            pub fn search(&self) -> Self {
                *self
            }
        }
    )*};
}

lookup_ends! {
    impl [] ErrorKind<CircuitOpen>;
    impl [E] ErrorKind<CallError<E>>;
    impl [] ErrorKind<io::Error>;
    impl [E: AsRef<dyn Error + Send + Sync>] Boxed<E>;
    impl [E: AsRef<dyn Error>] BoxedLocal<E>;
    impl [E: Error] Standard<E>;
    impl [E] Opaque<E>;
    impl [] NoError;
}

impl<T> Search<Result<T, CircuitOpen>> for ErrorKind<CircuitOpen> {
    #[inline]
    fn rejection(self, value: &Result<T, CircuitOpen>) -> Option<&CircuitOpen> {
        value.as_ref().err()
    }
}

impl<T, E> Search<Result<T, CallError<E>>> for ErrorKind<CallError<E>> {
    #[inline]
    fn rejection(self, value: &Result<T, CallError<E>>) -> Option<&CircuitOpen> {
        value.as_ref().err()?.open()
    }
}

impl<T> Search<io::Result<T>> for ErrorKind<io::Error> {
    #[inline]
    fn rejection(self, value: &io::Result<T>) -> Option<&CircuitOpen> {
        rejection_in(value.as_ref().err()?)
    }
}

impl<T, E: AsRef<dyn Error + Send + Sync>> Search<Result<T, E>> for Boxed<E> {
    #[inline]
    fn rejection(self, value: &Result<T, E>) -> Option<&CircuitOpen> {
        rejection_in(value.as_ref().err()?.as_ref())
    }
}

impl<T, E: AsRef<dyn Error>> Search<Result<T, E>> for BoxedLocal<E> {
    #[inline]
    fn rejection(self, value: &Result<T, E>) -> Option<&CircuitOpen> {
        rejection_in(value.as_ref().err()?.as_ref())
    }
}

/// The error may borrow, so its own type cannot be asked for: only what caused it.
impl<T, E: Error> Search<Result<T, E>> for Standard<E> {
    #[inline]
    fn rejection(self, value: &Result<T, E>) -> Option<&CircuitOpen> {
        rejection_in(value.as_ref().err()?.source()?)
    }
}

/// The cause of such an error cannot be read.
impl<R, E> Search<R> for Opaque<E> {
    const FINDS: bool = false;

    #[inline]
    fn rejection(self, _: &R) -> Option<&CircuitOpen> {
        None
    }
}

impl<R> Search<R> for NoError {
    const FINDS: bool = false;

    #[inline]
    fn rejection(self, _: &R) -> Option<&CircuitOpen> {
        None
    }
}
