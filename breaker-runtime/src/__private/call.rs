//! A guarded call: admission, the body, the verdict.

use std::{future::Future, time::Duration};

use crate::{breaker::CircuitBreaker, error::CallError, guarded_call::GuardedCall, rejection::Rejection};

use super::{failed::Failed, judge::Judge, judged::Judged, rejected::rejection_error};

/// Asks for one call whose body runs next, on this thread.
///
/// # Errors
/// When it is rejected.
#[inline]
pub fn admit(breaker: &CircuitBreaker) -> Result<GuardedCall<'_>, Rejection<'_>> {
    breaker.admit()
}

/// Asks for one call whose body is a future.
///
/// # Errors
/// When it is rejected.
#[inline]
pub fn admit_async(breaker: &CircuitBreaker) -> Result<GuardedCall<'_>, Rejection<'_>> {
    breaker.admit_async()
}

/// Runs `body` if the circuit admits it, else returns what `rejected` makes of the rejection.
#[inline]
pub fn call<'a, R>(
    breaker: &'a CircuitBreaker,
    body: impl FnOnce() -> R,
    judge: impl Judge<R>,
    rejected: impl FnOnce(Rejection<'a>) -> R,
) -> R {
    match breaker.admit() {
        Ok(call) => run(call, body, judge),
        Err(rejection) => rejected(rejection),
    }
}

/// Runs an admitted body. A panic, in the judgement too, is seen by the call.
#[inline]
pub fn run<R>(call: GuardedCall<'_>, body: impl FnOnce() -> R, judge: impl Judge<R>) -> R {
    call.run(body, |call, value| settle(call, value, judge))
}

/// As [`call`], and a rejection and a failure come apart from the other values.
#[inline]
pub fn call_or_fail<R, E>(
    breaker: &CircuitBreaker,
    // The compiler shows this line where the value borrows what the fallback is to have.
    body: impl FnOnce() -> R, // if R borrows an argument: `fallback_on = rejected`, or a fallback without that argument
    judge: impl Judge<R>,
    into_failed: impl FnOnce(R) -> Failed<R, E>,
) -> Result<R, CallError<E>> {
    match breaker.admit() {
        Ok(call) => {
            let (call, value) = call.run_body(body);
            settle_or_fail(call, value, judge, into_failed)
        }
        Err(rejection) => Err(rejection_error(rejection)),
    }
}

/// As [`call`], and a rejection and a failure are left out.
#[inline]
pub fn call_settled<R>(
    breaker: &CircuitBreaker,
    // The compiler shows this line where the value borrows what the fallback is to have.
    body: impl FnOnce() -> R, // if R borrows an argument: `fallback_on = rejected`, or a fallback without that argument
    judge: impl Judge<R>,
) -> Option<R> {
    let (call, value) = breaker.admit().ok()?.run_body(body);
    settled(call, value, judge)
}

/// Awaits an admitted body.
#[inline]
pub fn run_async<'a, F: Future>(call: GuardedCall<'a>, body: F) -> impl Future<Output = (GuardedCall<'a>, F::Output)> {
    call.run_async(body)
}

/// Settles an admitted call by the value that it returned.
#[inline]
pub fn settle<R>(call: GuardedCall<'_>, value: &R, judge: impl Judge<R>) {
    let _ = judge.settle(call, value);
}

/// As [`settle`], and a failure comes apart from the other values.
#[inline]
pub fn settle_or_fail<R, E>(
    call: GuardedCall<'_>,
    value: R,
    judge: impl Judge<R>,
    into_failed: impl FnOnce(R) -> Failed<R, E>,
) -> Result<R, CallError<E>> {
    match judge.settle(call, &value) {
        Judged::Success | Judged::Ignored => Ok(value),
        Judged::Failure | Judged::FailureFor(_) => into_failed(value).into_result(),
        // As if the call had been rejected here.
        Judged::Rejected(open) => Err(CallError::Open(open.clone())),
    }
}

/// As [`settle`], and a failure is left out: the fallback does not ask for its error.
#[inline]
pub fn settled<R>(call: GuardedCall<'_>, value: R, judge: impl Judge<R>) -> Option<R> {
    match judge.settle(call, &value) {
        Judged::Success | Judged::Ignored => Some(value),
        Judged::Failure | Judged::FailureFor(_) | Judged::Rejected(_) => None,
    }
}

/// A duration that was written as a literal; the largest is never.
#[must_use]
pub fn nanos(nanos: u64) -> Duration {
    if nanos == u64::MAX { Duration::MAX } else { Duration::from_nanos(nanos) }
}
