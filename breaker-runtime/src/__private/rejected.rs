//! What a function without a fallback returns when its call is rejected.

use crate::{
    error::{CallError, CircuitOpen},
    rejection::Rejection,
};

/// A return type that can say that the call was rejected.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot express a call rejected by an open circuit",
    label = "what would the caller get while the circuit is open?",
    note = "add `fallback = …` to `#[circuit_breaker]`, or return a `Result` whose error is `From<CircuitOpen>`"
)]
pub trait Rejectable {
    /// The rejection as a return value.
    fn rejected(open: CircuitOpen) -> Self;
}

impl<T, E: FromRejection> Rejectable for Result<T, E> {
    #[inline]
    fn rejected(open: CircuitOpen) -> Self {
        Err(E::from_rejection(open))
    }
}

/// An error that a rejection can become.
#[diagnostic::on_unimplemented(
    message = "the error type `{Self}` cannot express a call rejected by an open circuit",
    label = "`{Self}` is not `From<CircuitOpen>`",
    note = "add `fallback = …` or `open_error = …` to `#[circuit_breaker]`, or write `impl From<CircuitOpen> for {Self}`",
    note = "the `impl` is for a type of your own; `io::Error`, `anyhow::Error` and `Box<dyn Error + Send + Sync>` have it"
)]
pub trait FromRejection {
    /// The rejection as an error.
    fn from_rejection(open: CircuitOpen) -> Self;
}

#[diagnostic::do_not_recommend]
impl<E: From<CircuitOpen>> FromRejection for E {
    #[inline]
    fn from_rejection(open: CircuitOpen) -> Self {
        open.into()
    }
}

/// A return type that holds an error, for `open_error`.
#[diagnostic::on_unimplemented(
    message = "`open_error` makes the error of a `Result`, and this function returns `{Self}`",
    label = "holds no error",
    note = "answer with `fallback = …` in its place, or return a `Result`"
)]
pub trait Failing {
    /// The error's type.
    type Error;

    /// The error as a return value.
    fn failing(error: Self::Error) -> Self;
}

impl<T, E> Failing for Result<T, E> {
    type Error = E;

    #[inline]
    fn failing(error: E) -> Self {
        Err(error)
    }
}

/// The return value of a rejected call, with the error that `open_error` makes.
#[cold]
pub fn rejected_with<R: Failing, F: FnOnce(CircuitOpen) -> R::Error>(rejection: Rejection<'_>, error: F) -> R {
    R::failing(error(rejection.into_error()))
}

/// The return value of a rejected call.
#[cold]
pub fn rejected<R: Rejectable>(rejection: Rejection<'_>) -> R {
    R::rejected(rejection.into_error())
}

/// The error of a rejected call.
pub fn rejection_error<E>(rejection: Rejection<'_>) -> CallError<E> {
    CallError::Open(rejection.into_error())
}
