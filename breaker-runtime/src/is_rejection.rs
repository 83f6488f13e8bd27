//! Whether an error is, or was caused by, the rejection of a circuit breaker.

use std::{error::Error, io, sync::Arc};

use crate::error::{CallError, CircuitOpen};

/// A chain of sources that is longer than this is taken for a circle.
const LONGEST_CHAIN: usize = 64;

/// Returns whether an error is the rejection of a circuit breaker, or has one among its causes.
///
/// A [`CircuitOpen`], a [`CallError`] and an [`io::Error`], also in an `Arc` or a `Box`, are looked into, and so is each of
/// their [`source`](Error::source)s. An annotated function asks this of its own errors: a call that failed only because a breaker
/// further in rejected it counts as ignored. An error whose `source` does not lead to the rejection hides it: a `verdict` of
/// your own can tell.
///
/// ```
/// use std::{error::Error, io};
/// use breaker_runtime::{CircuitBreaker, Config, is_rejection};
///
/// let breaker = CircuitBreaker::new("users", Config::default());
/// breaker.trip();
/// let error: Box<dyn Error> = breaker.call(|| io::Result::Ok(7)).unwrap_err().into();
/// assert!(is_rejection(&*error));
/// assert!(!is_rejection(&io::Error::other("down")));
/// ```
#[must_use]
pub fn is_rejection(error: &(dyn Error + 'static)) -> bool {
    rejection_in(error).is_some()
}

/// Returns the rejection among the causes of an error.
pub(crate) fn rejection_in<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a CircuitOpen> {
    let mut next = Some(error);
    for _ in 0..LONGEST_CHAIN {
        let error = next?;
        if let Some(open) = error.downcast_ref() {
            return Some(open);
        }
        next = passed_over(error).or_else(|| error.source());
    }
    None
}

/// Returns the error within this one that its [`source`](Error::source) passes over. An `io::Error` gives the source of the
/// error that it carries; so do a pointer to one, and a [`CallError`] that failed with one.
fn passed_over<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    if let Some(error) = error.downcast_ref::<CallError<CircuitOpen>>() {
        return error.failed().map(|error| error as _);
    }
    let carrier = error
        .downcast_ref::<io::Error>()
        .or_else(|| error.downcast_ref::<Arc<io::Error>>().map(Arc::as_ref))
        .or_else(|| error.downcast_ref::<Box<io::Error>>().map(Box::as_ref))
        .or_else(|| error.downcast_ref::<CallError<io::Error>>()?.failed());
    carrier?.get_ref().map(|error| error as _)
}
