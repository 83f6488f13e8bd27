//! Whether an error is, or was caused by, the rejection of a circuit breaker.

use std::{error::Error, io};

use crate::error::{CallError, CircuitOpen};

/// A chain of sources that is longer than this is taken for a circle.
const LONGEST_CHAIN: usize = 64;

/// Returns whether an error is the rejection of a circuit breaker, or has one among its causes.
///
/// A [`CircuitOpen`], a [`CallError`] and an [`io::Error`] are looked into, and so is each of their
/// [`source`](Error::source)s. An annotated function asks this of its own errors: a call that failed only because a breaker
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
        if let Some(open) = rejection_of(error) {
            return Some(open);
        }
        // An `io::Error` passes over the error that it carries.
        next = error.downcast_ref().and_then(carried).or_else(|| error.source());
    }
    None
}

/// Returns the rejection that this error itself is.
fn rejection_of<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a CircuitOpen> {
    error
        .downcast_ref()
        .or_else(|| error.downcast_ref::<CallError<CircuitOpen>>().and_then(CallError::failed))
        .or_else(|| error.downcast_ref::<CallError<io::Error>>()?.failed().and_then(carried)?.downcast_ref())
}

fn carried(error: &io::Error) -> Option<&(dyn Error + 'static)> {
    error.get_ref().map(|error| error as _)
}
