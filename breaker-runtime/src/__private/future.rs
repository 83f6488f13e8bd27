//! Functions that return a future without being `async`.

use std::{future::Future, pin::Pin};

/// Runs the body that makes the future, and tells it what the future is to resolve to.
#[inline]
pub fn start<T, F: Future<Output = T>>(body: impl FnOnce() -> F) -> F {
    body()
}

/// The box of a guarded `Pin<Box<dyn Future>>`.
#[inline]
pub fn boxed<F: Future>(future: F) -> Pin<Box<F>> {
    Box::pin(future)
}
