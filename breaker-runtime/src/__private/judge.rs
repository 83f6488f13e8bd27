//! Who says how a value counts.

use crate::{
    error::CircuitOpen,
    guarded_call::GuardedCall,
    machine::{Admission, Machine},
    outcome::{Outcome, Verdict},
};

use super::{judged::Judged, search::Search};

/// Says how a value of type `R` counts. A rejection by a breaker further in comes before what anybody says.
pub trait Judge<R>: Sized {
    /// The judgement of the value.
    fn judge(self, value: &R) -> Judged<'_>;

    /// Judges the value and settles the call, which sees a panic of the judgement as its own.
    ///
    /// Always inline: nearly always it is a success, which is known from the value's tag.
    #[inline(always)]
    fn settle<'v>(self, call: GuardedCall<'_>, value: &'v R) -> Judged<'v> {
        let judged = self.judge(value);
        judged.settle(call);
        judged
    }
}

/// The value itself says it. One type for all functions that return the same type, so that what depends on it is compiled once.
#[derive(Clone, Copy, Debug)]
pub struct ByOutcome<S>(pub(super) S);

impl<R: Outcome, S: Search<R>> Judge<R> for ByOutcome<S> {
    #[inline]
    fn judge(self, value: &R) -> Judged<'_> {
        match value.verdict() {
            // A success is no rejection.
            Verdict::Success => Judged::Success,
            verdict => Judged::rejected_or(self.0.rejection(value), || verdict.into()),
        }
    }

    #[inline(always)]
    fn settle<'v>(self, call: GuardedCall<'_>, value: &'v R) -> Judged<'v> {
        match value.verdict() {
            Verdict::Success => {
                call.succeed();
                Judged::Success
            }
            verdict => {
                let (machine, admission, flags) = call.into_parts();
                let rejection = settle_unsuccessful(machine, admission, flags, verdict, value, self.0);
                Judged::rejected_or(rejection, || verdict.into())
            }
        }
    }
}

/// Settles a call by a value that is no success, and returns the rejection by a breaker further in that it holds.
///
/// Out of line, once for all functions that return the same type; what it takes and returns has room in registers.
#[cold]
#[inline(never)]
fn settle_unsuccessful<'v, R, S: Search<R>>(
    machine: &Machine,
    admission: Admission,
    flags: usize,
    verdict: Verdict,
    value: &'v R,
    search: S,
) -> Option<&'v CircuitOpen> {
    // Made again at once: a search that panics is this call's failure.
    let call = GuardedCall::from_parts((machine, admission, flags));
    let rejection = search.rejection(value);
    match rejection {
        Some(open) => call.settle_rejected(open),
        None => call.settle(verdict),
    }
    rejection
}

impl<R: Outcome, S: Search<R>> Judge<R> for &ByOutcome<S> {
    #[inline]
    fn judge(self, value: &R) -> Judged<'_> {
        (*self).judge(value)
    }

    #[inline(always)]
    fn settle<'v>(self, call: GuardedCall<'_>, value: &'v R) -> Judged<'v> {
        (*self).settle(call, value)
    }
}

/// A closure says it, which the options of the function make.
#[derive(Clone, Copy, Debug)]
pub struct By<S, F> {
    pub(super) search: S,
    pub(super) judge: F,
}

impl<R, S: Search<R>, F: FnOnce(&R) -> Judged<'_>> Judge<R> for By<S, F> {
    #[inline]
    fn judge(self, value: &R) -> Judged<'_> {
        Judged::rejected_or(self.search.rejection(value), || (self.judge)(value))
    }
}

impl<R, S: Search<R>, F: Fn(&R) -> Judged<'_>> Judge<R> for &By<S, F> {
    #[inline]
    fn judge(self, value: &R) -> Judged<'_> {
        Judged::rejected_or(self.search.rejection(value), || (self.judge)(value))
    }
}

/// Stands where there was a mistake, and takes any value: so the mistake is said once.
#[derive(Clone, Copy, Debug)]
pub enum Unjudged {}

impl<R> Judge<R> for Unjudged {
    fn judge(self, _: &R) -> Judged<'_> {
        match self {}
    }
}

impl<R> Judge<R> for &Unjudged {
    fn judge(self, _: &R) -> Judged<'_> {
        match *self {}
    }
}
