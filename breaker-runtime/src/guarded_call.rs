//! A call whose body this crate runs: it knows whether a panic is the body's own, and lets calls inside a probe ride on it.

use std::{
    future::{Future, poll_fn},
    mem,
    pin::Pin,
    sync::atomic::{AtomicU8, Ordering::Relaxed},
};

use crate::{
    clock::to_nanos,
    machine::{Admission, Machine},
    outcome::Verdict,
    probe_scope::{self, Riders},
    rule::Ending,
    totals::Total,
};

/// The body runs, or the judgement of its value. A panic leaves the flag set.
const RUNNING: u8 = 1;
/// A call rode on this probe.
const RIDDEN: u8 = 1 << 1;
/// One that rode succeeded.
const RIDER_SUCCEEDED: u8 = 1 << 2;

/// An admitted call, to be settled once. Dropped by a panic of its own body or judgement it is a failure, else cancelled.
#[derive(Debug)]
#[must_use = "a call that is dropped counts as cancelled"]
#[cfg_attr(not(feature = "macros"), expect(unreachable_pub, reason = "generated code is what names it"))]
pub struct GuardedCall<'a> {
    machine: &'a Machine,
    admission: Admission,
    /// One task writes it. Atomic all the same, so that a future that holds the call is `Send`.
    flags: AtomicU8,
}

impl<'a> GuardedCall<'a> {
    #[inline]
    pub(crate) fn new(machine: &'a Machine, admission: Admission) -> Self {
        Self { machine, admission, flags: AtomicU8::new(0) }
    }

    /// Runs the body of a sync call, and settles the call by its value. A panic in either is seen by the destructor.
    #[inline]
    pub(crate) fn run<R>(self, body: impl FnOnce() -> R, settle: impl FnOnce(Self, &R)) -> R {
        // Named and returned, the value is written straight to where the caller wants it, and never copied.
        let value = self.run_body(body);
        settle(self, &value);
        value
    }

    /// Runs the body of a sync call. The call counts as running from then on: what follows is its judgement.
    #[inline]
    pub(crate) fn run_body<R>(&self, body: impl FnOnce() -> R) -> R {
        self.flags.store(RUNNING, Relaxed);
        let scope = Scope::enter(self);
        let value = body();
        drop(scope);
        value
    }

    /// Polls the body of an async call, so that a panic of its own can be told from one elsewhere in the task.
    #[inline]
    pub(crate) fn polled<F: Future>(&self, mut body: Pin<&mut F>) -> impl Future<Output = F::Output> {
        poll_fn(move |cx| {
            self.flags.store(self.flags.load(Relaxed) | RUNNING, Relaxed);
            let scope = Scope::enter(self);
            let polled = body.as_mut().poll(cx);
            drop(scope);
            // A value is judged next, which is still the call's own doing.
            if polled.is_pending() {
                self.flags.store(self.flags.load(Relaxed) & !RUNNING, Relaxed);
            }
            polled
        })
    }

    #[inline]
    pub(crate) fn settle(self, verdict: Verdict) {
        let (machine, admission) = (self.machine, self.admission);
        if verdict == Verdict::Success && machine.settles_fast(admission) {
            mem::forget(self);
            machine.count(Total::Successes);
        } else {
            self.settle_slow(verdict, 0);
        }
    }

    /// Settles a failure after which the dependency asked for a wait, in nanoseconds.
    #[cfg(feature = "macros")]
    #[cold]
    pub(crate) fn fail_with_retry_after(self, wait: std::time::Duration) {
        self.settle_slow(Verdict::Failure, to_nanos(wait));
    }

    #[inline(never)]
    fn settle_slow(self, verdict: Verdict, retry_after: u64) {
        let (machine, admission) = (self.machine, self.admission);
        // Of the calls that rode on this probe none succeeded: the probe's own success says nothing about the dependency.
        let no_rider_succeeded = self.flags.load(Relaxed) & (RIDDEN | RIDER_SUCCEEDED) == RIDDEN;
        let ending = if no_rider_succeeded && verdict == Verdict::Success { Ending::Ignored } else { verdict.into() };
        mem::forget(self);
        machine.settle_slow(admission, ending, retry_after);
    }
}

/// The stay of a probe's body on this thread.
struct Scope<'a, 'b>(Option<&'b GuardedCall<'a>>);

impl<'a, 'b> Scope<'a, 'b> {
    /// Only a probe touches a thread-local.
    #[inline]
    fn enter(call: &'b GuardedCall<'a>) -> Self {
        if !call.admission.is_probe() {
            return Self(None);
        }
        probe_scope::enter(call.machine.id(), call.admission.ticket());
        Self(Some(call))
    }
}

impl Drop for Scope<'_, '_> {
    #[inline]
    fn drop(&mut self) {
        if let Some(call) = self.0 {
            leave(call);
        }
    }
}

#[cold]
fn leave(call: &GuardedCall<'_>) {
    let Riders { any, succeeded } = probe_scope::leave(call.machine.id(), call.admission.ticket());
    let ridden = if any { RIDDEN } else { 0 } | if succeeded { RIDER_SUCCEEDED } else { 0 };
    call.flags.store(call.flags.load(Relaxed) | ridden, Relaxed);
}

impl Drop for GuardedCall<'_> {
    // Inline, so that a call that is settled need not stand in memory for the case that it is dropped.
    #[inline]
    fn drop(&mut self) {
        abandon(self.machine, self.admission, self.flags.load(Relaxed));
    }
}

#[cold]
fn abandon(machine: &Machine, admission: Admission, flags: u8) {
    let ending = if flags & RUNNING != 0 { Ending::Failure } else { Ending::Cancelled };
    machine.settle_slow(admission, ending, 0);
}
