//! What a function without a fallback returns when it is refused.

use crate::{CircuitOpen, rejection::Rejection};

/// A return type that can say that the call was refused.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot express a call rejected by an open circuit",
    label = "what would the caller get while the circuit is open?",
    note = "add `fallback = …` to `#[circuit_breaker]`, or return a `Result` whose error is `From<CircuitOpen>`"
)]
pub trait Refusable {
    /// The refusal as a return value.
    fn refused(open: CircuitOpen) -> Self;
}

impl<T, E: FromRefusal> Refusable for Result<T, E> {
    #[inline]
    fn refused(open: CircuitOpen) -> Self {
        Err(E::from_refusal(open))
    }
}

/// An error that a refusal can become.
#[diagnostic::on_unimplemented(
    message = "the error type `{Self}` cannot express a call rejected by an open circuit",
    label = "`{Self}` is not `From<CircuitOpen>`",
    note = "add `fallback = …` to `#[circuit_breaker]`, or write `impl From<CircuitOpen> for {Self}`",
    note = "the `impl` is for a type of your own; `io::Error`, `anyhow::Error` and `Box<dyn Error + Send + Sync>` have it"
)]
pub trait FromRefusal {
    /// The refusal as an error.
    fn from_refusal(open: CircuitOpen) -> Self;
}

#[diagnostic::do_not_recommend]
impl<E: From<CircuitOpen>> FromRefusal for E {
    #[inline]
    fn from_refusal(open: CircuitOpen) -> Self {
        open.into()
    }
}

/// The return value of a refused call.
#[cold]
pub fn refused<R: Refusable>(refusal: Rejection<'_>) -> R {
    R::refused(refusal.into_error())
}
