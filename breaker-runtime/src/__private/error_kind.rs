//! Where a rejection of a breaker further in is looked for, found by method lookup on the error's type.
//!
//! `judged` and its like are taken from the first of these whose `impl` fits: [`ErrorKind`] for the types that are known,
//! [`Boxed`] and [`BoxedLocal`] for boxed errors and `anyhow`, [`Standard`] for any `Error`, [`BoxedCall`] and [`AnyCall`] for a
//! `CallError` that is none, and [`Opaque`] for the rest, which cannot be looked into.

use std::{error::Error, io, marker::PhantomData, ops::Deref, sync::Arc};

use crate::{
    error::{CallError, CircuitOpen},
    is_rejection::rejection_in,
};

use super::{
    judge::{By, ByOutcome},
    judged::Judged,
    search::Search,
};

/// The error of a value, if it has one: a type that is known.
#[derive(Debug)]
pub struct ErrorKind<T, E>(Boxed<T, E>);

/// An error that shows itself as `dyn Error + Send + Sync`.
#[derive(Debug)]
pub struct Boxed<T, E>(BoxedLocal<T, E>);

/// An error that shows itself as `dyn Error`.
#[derive(Debug)]
pub struct BoxedLocal<T, E>(Standard<T, E>);

/// Any `Error`.
#[derive(Debug)]
pub struct Standard<T, E>(BoxedCall<T, E>);

/// A `CallError` of an error that shows itself as `dyn Error + Send + Sync`.
#[derive(Debug)]
pub struct BoxedCall<T, E>(AnyCall<T, E>);

/// Any `CallError`.
#[derive(Debug)]
pub struct AnyCall<T, E>(Opaque<T, E>);

/// Any type.
#[derive(Debug)]
pub struct Opaque<T, E>(PhantomData<fn() -> Result<T, E>>);

impl<T, E> ErrorKind<T, E> {
    #[inline]
    pub(super) const fn new() -> Self {
        Self(Boxed(BoxedLocal(Standard(BoxedCall(AnyCall(Opaque(PhantomData)))))))
    }
}

// Whatever `T` and `E` are.
macro_rules! copy {
    ($($kind:ident),*) => {$(
        impl<T, E> Clone for $kind<T, E> {
            #[inline]
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<T, E> Copy for $kind<T, E> {}
    )*};
}

copy!(ErrorKind, Boxed, BoxedLocal, Standard, BoxedCall, AnyCall, Opaque);

macro_rules! lookup_goes_on {
    ($($from:ident -> $to:ident),*) => {$(
        impl<T, E> Deref for $from<T, E> {
            type Target = $to<T, E>;

            #[inline]
            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }
    )*};
}

lookup_goes_on! {
    ErrorKind -> Boxed, Boxed -> BoxedLocal, BoxedLocal -> Standard, Standard -> BoxedCall, BoxedCall -> AnyCall,
    AnyCall -> Opaque
}

/// The methods that the lookup finds: it stops here.
macro_rules! lookup_ends {
    ($(impl [$($parameters:tt)*] $kind:ident<T, $error:ty>;)*) => {$(
        impl<T, $($parameters)*> $kind<T, $error> {
            /// The value itself says how it counts.
            #[inline]
            #[must_use]
            pub fn judged(&self) -> ByOutcome<Self> {
                ByOutcome(*self)
            }

            /// A closure says how the value counts; it may be asked about several.
            #[inline]
            pub fn judged_by<F: Fn(&Result<T, $error>) -> Judged<'_>>(&self, judge: F) -> By<Self, F> {
                By { search: *self, judge }
            }

            /// A closure says how the value counts; it is asked about one.
            #[inline]
            pub fn judged_once_by<F: FnOnce(&Result<T, $error>) -> Judged<'_>>(&self, judge: F) -> By<Self, F> {
                By { search: *self, judge }
            }
        }
    )*};
}

lookup_ends! {
    impl [] ErrorKind<T, CircuitOpen>;
    impl [] ErrorKind<T, CallError<CircuitOpen>>;
    impl [] ErrorKind<T, CallError<io::Error>>;
    impl [] ErrorKind<T, io::Error>;
    impl [] ErrorKind<T, Arc<io::Error>>;
    impl [] ErrorKind<T, Box<io::Error>>;
    impl [E: AsRef<dyn Error + Send + Sync>] Boxed<T, E>;
    impl [E: AsRef<dyn Error>] BoxedLocal<T, E>;
    impl [E: Error] Standard<T, E>;
    impl [E: AsRef<dyn Error + Send + Sync>] BoxedCall<T, CallError<E>>;
    impl [E] AnyCall<T, CallError<E>>;
    impl [E] Opaque<T, E>;
}

/// Those whose `source` passes over what they carry.
macro_rules! known {
    ($($error:ty),*) => {$(
        impl<T> Search<Result<T, $error>> for ErrorKind<T, $error> {
            #[inline]
            fn rejection(self, value: &Result<T, $error>) -> Option<&CircuitOpen> {
                rejection_in(value.as_ref().err()?)
            }
        }
    )*};
}

known!(CircuitOpen, CallError<CircuitOpen>, CallError<io::Error>, io::Error, Arc<io::Error>, Box<io::Error>);

impl<T, E: AsRef<dyn Error + Send + Sync>> Search<Result<T, E>> for Boxed<T, E> {
    #[inline]
    fn rejection(self, value: &Result<T, E>) -> Option<&CircuitOpen> {
        rejection_in(value.as_ref().err()?.as_ref())
    }
}

impl<T, E: AsRef<dyn Error>> Search<Result<T, E>> for BoxedLocal<T, E> {
    #[inline]
    fn rejection(self, value: &Result<T, E>) -> Option<&CircuitOpen> {
        rejection_in(value.as_ref().err()?.as_ref())
    }
}

/// The error may borrow, so its own type cannot be asked for: only what caused it.
impl<T, E: Error> Search<Result<T, E>> for Standard<T, E> {
    #[inline]
    fn rejection(self, value: &Result<T, E>) -> Option<&CircuitOpen> {
        rejection_in(value.as_ref().err()?.source()?)
    }
}

impl<T, E: AsRef<dyn Error + Send + Sync>> Search<Result<T, CallError<E>>> for BoxedCall<T, CallError<E>> {
    #[inline]
    fn rejection(self, value: &Result<T, CallError<E>>) -> Option<&CircuitOpen> {
        match value.as_ref().err()? {
            CallError::Open(open) => Some(open),
            CallError::Failed(error) => rejection_in(error.as_ref()),
        }
    }
}

/// What it failed with cannot be read.
impl<T, E> Search<Result<T, CallError<E>>> for AnyCall<T, CallError<E>> {
    #[inline]
    fn rejection(self, value: &Result<T, CallError<E>>) -> Option<&CircuitOpen> {
        value.as_ref().err()?.open()
    }
}

/// The cause of such an error cannot be read.
impl<T, E> Search<Result<T, E>> for Opaque<T, E> {
    #[inline]
    fn rejection(self, _: &Result<T, E>) -> Option<&CircuitOpen> {
        None
    }
}
