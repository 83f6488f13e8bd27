//! What a dropped call counts as.

/// What a call counts as that is dropped before its end: a future, or a [`Permit`](crate::Permit) that nobody settled.
///
/// ```
/// use breaker_runtime::{CircuitBreaker, Config, OnCancel};
///
/// let breaker = CircuitBreaker::new("users", Config::builder().on_cancel(OnCancel::Failure).build()?);
/// drop(breaker.try_acquire());
/// let seen = breaker.snapshot();
/// assert_eq!((seen.failures, seen.cancelled), (1, 0));
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OnCancel {
    /// Neutral: the caller lost interest, which says nothing about the dependency.
    #[default]
    Ignore,
    /// A failure, for callers that drop a call only because it takes too long.
    Failure,
}
