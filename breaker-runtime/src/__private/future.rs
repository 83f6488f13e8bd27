//! Functions that return a future without being `async`.

use std::future::Future;

use super::kind::Kind;

/// Runs the body that makes the future, and tells both what the future is to resolve to.
#[inline]
pub fn start<T, F: Future<Output = T>>(_: Kind<T>, body: impl FnOnce() -> F) -> F {
    body()
}
