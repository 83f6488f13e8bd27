//! A fallback, and what its answer counts as.

use std::mem;

use crate::{breaker::CircuitBreaker, totals::Total};

use super::{judge::Judge, judged::Judged};

/// A fallback that runs. Dropped before its answer was a success, it counts as failed: a closure may leave the function by
/// `?`, panic, or be dropped with its future.
#[derive(Debug)]
#[must_use = "a fallback that is dropped counts as failed"]
pub struct Fallback<'a> {
    breaker: &'a CircuitBreaker,
}

/// `fallback`: answers in place of a call that was rejected or failed, by a function of the same arguments or a closure of
/// the error. It is counted when it begins.
#[inline]
pub fn fallback(breaker: &CircuitBreaker) -> Fallback<'_> {
    breaker.machine().count(Total::Fallbacks);
    Fallback { breaker }
}

impl Fallback<'_> {
    /// Returns the answer, after it was judged as a value of the function itself is.
    #[inline]
    pub fn settle<R>(self, answer: R, judge: impl Judge<R>) -> R {
        if let Judged::Success = judge.judge(&answer) {
            mem::forget(self);
        }
        answer
    }
}

impl Drop for Fallback<'_> {
    #[cold]
    fn drop(&mut self) {
        self.breaker.machine().count(Total::FallbackFailures);
    }
}
