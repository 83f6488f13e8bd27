//! Who says how a call went, and how long the service wants to be left alone.

use std::time::Duration;

use crate::{
    integration::cause::Cause,
    is_rejection::is_rejection,
    outcome::{Outcome, Verdict},
};

/// Judges a result as the layer does by itself, but ignores a call that a breaker further in rejected: for `.verdict(…)`, where
/// one may.
///
/// The error of the inner service is an [`Error`](std::error::Error), a boxed one or `anyhow::Error`.
///
/// ```
/// use std::io;
/// use breaker_runtime::{CircuitBreaker, Config, Verdict, integration::tower::verdict};
///
/// let further_in = CircuitBreaker::new("database", Config::default());
/// further_in.trip();
/// assert_eq!(verdict(&further_in.call(|| io::Result::Ok(7))), Verdict::Ignored);
/// assert_eq!(verdict(&io::Result::<()>::Err(io::ErrorKind::TimedOut.into())), Verdict::Failure);
/// assert_eq!(verdict(&io::Result::Ok(7)), Verdict::Success);
/// ```
pub fn verdict<T, E: Cause<Via>, Via>(result: &Result<T, E>) -> Verdict {
    match result {
        Err(error) if is_rejection(error.cause()) => Verdict::Ignored,
        result => Outcome::verdict(result),
    }
}

/// Says how a call went.
pub trait JudgesBy<T> {
    fn verdict(&self, outcome: &T) -> Verdict;
}

/// Says for how long a service that failed wants to be left alone.
pub trait WaitsBy<T> {
    fn retry_after(&self, outcome: &T) -> Option<Duration>;
}

/// `Ok` is a success, `Err` a failure.
#[derive(Clone, Copy, Debug)]
pub struct ByResult;

impl<T, E> JudgesBy<Result<T, E>> for ByResult {
    fn verdict(&self, outcome: &Result<T, E>) -> Verdict {
        Outcome::verdict(outcome)
    }
}

impl<F: Fn(&T) -> Verdict, T> JudgesBy<T> for F {
    fn verdict(&self, outcome: &T) -> Verdict {
        self(outcome)
    }
}

/// Nothing but the breaker's own settings says how long it waits.
#[derive(Clone, Copy, Debug)]
pub struct NoRetryAfter;

impl<T> WaitsBy<T> for NoRetryAfter {
    fn retry_after(&self, _: &T) -> Option<Duration> {
        None
    }
}

impl<F: Fn(&T) -> Option<Duration>, T> WaitsBy<T> for F {
    fn retry_after(&self, outcome: &T) -> Option<Duration> {
        self(outcome)
    }
}

/// Both.
#[derive(Clone, Copy, Debug)]
pub struct Judge<V, W> {
    pub(crate) verdict: V,
    pub(crate) retry_after: W,
}

impl<V, W> Judge<V, W> {
    /// The verdict, and of a failure the wait.
    pub(crate) fn judge<T>(&self, outcome: &T) -> (Verdict, Option<Duration>)
    where
        V: JudgesBy<T>,
        W: WaitsBy<T>,
    {
        match self.verdict.verdict(outcome) {
            Verdict::Failure => (Verdict::Failure, self.retry_after.retry_after(outcome)),
            verdict => (verdict, None),
        }
    }
}
