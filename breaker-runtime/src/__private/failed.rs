//! A failed value, apart from the others.

use crate::error::CallError;

/// What becomes of a value that was judged a failure.
// No `Result`: a closure that returns a large one is a lint's business.
#[derive(Debug)]
pub enum Failed<R, E> {
    /// It is returned as it is.
    Returned(R),
    /// It is an error for the fallback.
    With(E),
}

impl<R, E> Failed<R, E> {
    #[inline]
    pub(super) fn into_result(self) -> Result<R, CallError<E>> {
        match self {
            Self::Returned(value) => Ok(value),
            Self::With(error) => Err(CallError::Failed(error)),
        }
    }
}
