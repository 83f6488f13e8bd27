//! A guarded call: admission, the body, the verdict.

use std::{future::Future, pin::Pin, time::Duration};

use crate::{breaker::CircuitBreaker, error::CallError, guarded_call::GuardedCall, rejection::Rejection};

use super::judged::Judged;

/// Asks for one call.
///
/// # Errors
/// When it is rejected.
#[inline]
pub fn admit(breaker: &CircuitBreaker) -> Result<GuardedCall<'_>, Rejection<'_>> {
    breaker.admit()
}

/// Runs `body` if the circuit admits it, else returns what `rejected` makes of the rejection.
#[inline]
pub fn call<'a, R>(
    breaker: &'a CircuitBreaker,
    body: impl FnOnce() -> R,
    judge: impl FnOnce(&R) -> Judged,
    rejected: impl FnOnce(Rejection<'a>) -> R,
) -> R {
    match breaker.admit() {
        Ok(call) => run(call, body, judge),
        Err(rejection) => rejected(rejection),
    }
}

/// Runs an admitted body. A panic, in the judgement too, is seen by the call.
#[inline]
pub fn run<R>(call: GuardedCall<'_>, body: impl FnOnce() -> R, judge: impl FnOnce(&R) -> Judged) -> R {
    call.run(body, |call, value| judge(value).settle(call))
}

/// As [`run`], and a failure comes apart from the other values.
#[inline]
pub fn run_or_fail<R, E>(
    call: GuardedCall<'_>,
    body: impl FnOnce() -> R,
    judge: impl FnOnce(&R) -> Judged,
    into_failed: impl FnOnce(R) -> Result<R, E>,
) -> Result<R, CallError<E>> {
    let value = call.run_body(body);
    settle_or_fail(call, value, judge, into_failed)
}

/// Awaits an admitted body.
#[inline]
pub fn polled<F: Future>(call: &GuardedCall<'_>, body: Pin<&mut F>) -> impl Future<Output = F::Output> {
    call.polled(body)
}

/// Settles an admitted call by the value that it returned.
#[inline]
pub fn settle<R>(call: GuardedCall<'_>, value: &R, judge: impl FnOnce(&R) -> Judged) {
    judge(value).settle(call);
}

/// As [`settle`], and a failure comes apart from the other values.
#[inline]
pub fn settle_or_fail<R, E>(
    call: GuardedCall<'_>,
    value: R,
    judge: impl FnOnce(&R) -> Judged,
    into_failed: impl FnOnce(R) -> Result<R, E>,
) -> Result<R, CallError<E>> {
    match judge(&value).settle_and_return(call) {
        Judged::Success | Judged::Ignored => Ok(value),
        Judged::Failure | Judged::FailureFor(_) => into_failed(value).map_err(CallError::Failed),
        // As if the call had been rejected here.
        Judged::Rejected(open) => Err(CallError::Open(open)),
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

/// A duration that was written as a literal; the largest is never.
#[must_use]
pub fn nanos(nanos: u64) -> Duration {
    if nanos == u64::MAX { Duration::MAX } else { Duration::from_nanos(nanos) }
}
