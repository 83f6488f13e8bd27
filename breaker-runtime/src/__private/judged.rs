//! What the judgement of a value comes to.

use std::time::Duration;

use crate::{error::CircuitOpen, guarded_call::GuardedCall, outcome::Verdict};

/// How a call counts, by the value that it returned.
///
/// A rejection is borrowed from the value, so that a judgement is plain data that nothing has to drop.
#[derive(Clone, Copy, Debug)]
pub enum Judged<'v> {
    /// The dependency answered.
    Success,
    /// It failed.
    Failure,
    /// It failed, and asked to be left alone for this long.
    FailureFor(Duration),
    /// The value says nothing about it.
    Ignored,
    /// A breaker further in rejected the call: it says nothing, and is answered as a rejection of this breaker's own.
    Rejected(&'v CircuitOpen),
}

impl From<Verdict> for Judged<'_> {
    #[inline]
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Success => Self::Success,
            Verdict::Failure => Self::Failure,
            Verdict::Ignored => Self::Ignored,
        }
    }
}

impl<'v> Judged<'v> {
    /// The rejection by a breaker further in, or what `judge` says.
    #[inline]
    pub(super) fn rejected_or(rejection: Option<&'v CircuitOpen>, judge: impl FnOnce() -> Self) -> Self {
        match rejection {
            Some(open) => Self::Rejected(open),
            None => judge(),
        }
    }

    /// Counts the call.
    ///
    /// Always inline: nearly always it is a success, which is known from the value's tag.
    #[inline(always)]
    pub(super) fn settle(self, call: GuardedCall<'_>) {
        match self {
            Self::Success => call.succeed(),
            Self::Failure => call.settle(Verdict::Failure),
            Self::FailureFor(wait) => call.fail_with_retry_after(wait),
            Self::Ignored => call.settle(Verdict::Ignored),
            Self::Rejected(open) => call.settle_rejected(open),
        }
    }
}

/// `failure_if`: says whether a value is a failure; any other is a success.
#[inline]
pub fn failure_if<R>(value: &R, failed: impl FnOnce(&R) -> bool) -> Judged<'_> {
    if failed(value) { Judged::Failure } else { Judged::Success }
}

/// `verdict`: says how a value counts: as a success, as a failure, or not at all.
#[inline]
pub fn verdict<R>(value: &R, verdict: impl FnOnce(&R) -> Verdict) -> Judged<'_> {
    verdict(value).into()
}

/// `retry_after`: how long a failed dependency asks to be left alone. Asked about a failure only; then the circuit opens at
/// once for at least that time.
#[inline]
pub fn retry_after<'v, R>(judged: Judged<'v>, value: &'v R, wait: impl FnOnce(&R) -> Option<Duration>) -> Judged<'v> {
    match judged {
        Judged::Failure => match wait(value) {
            Some(wait) if !wait.is_zero() => Judged::FailureFor(wait),
            _ => Judged::Failure,
        },
        judged => judged,
    }
}

/// A return value that may hold an error, for `ignore_if`.
#[diagnostic::on_unimplemented(
    message = "`ignore_if` asks about the error of a `Result`, and this function returns `{Self}`",
    label = "holds no error to ask about",
    note = "judge the whole value with `verdict` or `failure_if`, or implement `breaker_runtime::Outcome` for a type of your own"
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
