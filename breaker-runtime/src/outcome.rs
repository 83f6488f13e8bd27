//! How a call ended, and who says so.

/// What a finished call says about the dependency.
///
/// ```
/// use breaker_runtime::{CircuitBreaker, Config, Verdict};
///
/// let breaker = CircuitBreaker::new("users", Config::default());
/// for status in [200, 404, 503] {
///     breaker.try_acquire()?.settle(match status {
///         500.. => Verdict::Failure,
///         _ => Verdict::Success, // a 404 too: the service answered
///     });
/// }
/// let seen = breaker.snapshot();
/// assert_eq!((seen.successes, seen.failures), (2, 1));
/// # Ok::<(), breaker_runtime::CircuitOpen>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It answered. Ends a streak of failures; closes a half-open circuit when there are enough.
    Success,
    /// It failed. Counts towards opening; opens a half-open circuit again.
    Failure,
    /// The call says nothing about the dependency (a bad argument, a limit of the caller's own): neutral, and a half-open
    /// permit is given back.
    ///
    /// An answer that proves life, such as a 404, is a [`Success`](Self::Success): a half-open circuit whose only answers are
    /// ignored never closes.
    Ignored,
}

/// A return value that says by itself how the call went.
///
/// Implemented for [`Result`]: `Ok` is a success, `Err` a failure. Implement it for a return type of your own, and
/// `#[circuit_breaker]` judges it without `verdict` or `failure_if`.
///
/// ```
/// use breaker_runtime::{Outcome, Verdict};
///
/// enum Reply { Page(String), NotFound, TooLong, Overloaded }
///
/// impl Outcome for Reply {
///     fn verdict(&self) -> Verdict {
///         match self {
///             Reply::Page(_) | Reply::NotFound => Verdict::Success, // it answered
///             Reply::TooLong => Verdict::Ignored, // the request was never sent
///             Reply::Overloaded => Verdict::Failure,
///         }
///     }
/// }
/// assert_eq!(Reply::Overloaded.verdict(), Verdict::Failure);
/// # let _ = (Reply::Page(String::new()), Reply::NotFound, Reply::TooLong);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say whether the call failed",
    label = "is this a failure?",
    note = "add `failure_if = |value| …`, or implement `breaker_runtime::Outcome` for `{Self}`"
)]
pub trait Outcome {
    /// Whether this value means that the call succeeded, failed, or says nothing.
    ///
    /// ```
    /// use breaker_runtime::{Outcome, Verdict};
    ///
    /// assert_eq!("7".parse::<u8>().verdict(), Verdict::Success);
    /// assert_eq!("seven".parse::<u8>().verdict(), Verdict::Failure);
    /// ```
    fn verdict(&self) -> Verdict;
}

impl<T, E> Outcome for Result<T, E> {
    fn verdict(&self) -> Verdict {
        if self.is_ok() { Verdict::Success } else { Verdict::Failure }
    }
}
