//! A guarded call: admission, the body, the verdict.

use std::time::Duration;

use crate::{
    breaker::CircuitBreaker, error::CallError, outcome::Verdict, permit::Permit, refusal::Refusal as Rejection,
};

/// Asks for one call.
///
/// # Errors
/// When it is rejected.
#[inline]
pub fn admit(breaker: &CircuitBreaker) -> Result<Permit<'_>, Rejection<'_>> {
    breaker.admit()
}

/// Counts a fallback that runs.
#[inline]
pub fn count_fallback(breaker: &CircuitBreaker) {
    breaker.count_fallback();
}

/// Runs `body` if the circuit admits it, else returns what `rejected` makes of the rejection.
#[inline]
pub fn call<'a, R>(
    breaker: &'a CircuitBreaker,
    body: impl FnOnce() -> R,
    judge: impl FnOnce(&R) -> Verdict,
    rejected: impl FnOnce(Rejection<'a>) -> R,
) -> R {
    match breaker.admit() {
        Ok(permit) => run(permit, body, judge),
        Err(rejection) => rejected(rejection),
    }
}

/// Runs an admitted body. A panic, in the judgement too, is seen by the permit.
#[inline]
pub fn run<R>(permit: Permit<'_>, body: impl FnOnce() -> R, judge: impl FnOnce(&R) -> Verdict) -> R {
    // Named and returned, it is written straight to where the caller wants it, and never copied.
    let value = body();
    permit.settle(judge(&value));
    value
}

/// As [`run`], and a failure comes apart from the other values.
#[inline]
pub fn run_or_fail<R, E>(
    permit: Permit<'_>,
    body: impl FnOnce() -> R,
    judge: impl FnOnce(&R) -> Verdict,
    into_failed: impl FnOnce(R) -> Result<R, E>,
) -> Result<R, CallError<E>> {
    let value = body();
    settle_or_fail(permit, value, judge, into_failed)
}

/// Counts the value that an admitted call returned.
#[inline]
pub fn settle<R>(permit: Permit<'_>, value: &R, judge: impl FnOnce(&R) -> Verdict) {
    permit.settle(judge(value));
}

/// As [`settle`], and a failure comes apart from the other values.
#[inline]
pub fn settle_or_fail<R, E>(
    permit: Permit<'_>,
    value: R,
    judge: impl FnOnce(&R) -> Verdict,
    into_failed: impl FnOnce(R) -> Result<R, E>,
) -> Result<R, CallError<E>> {
    let verdict = judge(&value);
    permit.settle(verdict);
    match verdict {
        Verdict::Failure => into_failed(value).map_err(CallError::Failed),
        Verdict::Success | Verdict::Ignored => Ok(value),
    }
}

/// The error of a rejected call.
pub fn rejection_error<E>(rejection: Rejection<'_>) -> CallError<E> {
    CallError::Open(rejection.into_error())
}

/// As [`rejection_error`]. `_value` is always `None`: its type says what the call would have failed with.
#[inline]
pub fn rejection_error_like<R, E>(rejection: Rejection<'_>, _value: Option<Result<R, E>>) -> CallError<E> {
    rejection_error(rejection)
}

/// `failure_if`.
#[inline]
pub fn verdict_if<R>(value: &R, failed: impl FnOnce(&R) -> bool) -> Verdict {
    if failed(value) { Verdict::Failure } else { Verdict::Success }
}

/// A return value that may hold an error, for `ignore_if`.
#[diagnostic::on_unimplemented(
    message = "`ignore_if` asks about the error of a `Result`, and this function returns `{Self}`",
    label = "holds no error to ask about",
    note = "judge the whole value with `failure_if`, or implement `breaker_runtime::Outcome` for a type of your own"
)]
pub trait Fallible {
    /// The error's type.
    type Error;

    /// The error, if it is one.
    fn error(&self) -> Option<&Self::Error>;
}

impl<T, E> Fallible for Result<T, E> {
    type Error = E;

    #[inline]
    fn error(&self) -> Option<&E> {
        self.as_ref().err()
    }
}

/// `ignore_if`.
#[inline]
pub fn ignored<R: Fallible>(value: &R, ignore: impl FnOnce(&R::Error) -> bool) -> bool {
    value.error().is_some_and(ignore)
}

/// A duration that was written as a literal; the largest is never.
#[must_use]
pub fn nanos(nanos: u64) -> Duration {
    if nanos == u64::MAX { Duration::MAX } else { Duration::from_nanos(nanos) }
}
