//! A call whose body this crate runs: it knows whether a panic is the body's own, and lets calls inside a probe ride on it.

use std::{
    future::Future,
    mem,
    pin::Pin,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;

#[cfg(feature = "macros")]
use crate::error::CircuitOpen;
use crate::{
    machine::{Admission, Machine},
    outcome::Verdict,
    probe_scope::{self, Riders},
    rejection::Rejection,
    rule::Ending,
    totals::Total,
};

/// The body runs, or the judgement of its value: a call that is dropped with it was left by a panic.
const RUNNING: usize = 1;
/// A call rode on this probe.
const RIDDEN: usize = 1 << 1;
/// One that rode succeeded.
const RIDER_SUCCEEDED: usize = 1 << 2;
/// Admitted in scope: if it is a probe, calls on this thread ride on it until it is settled.
const IN_SCOPE: usize = 1 << 3;

/// An admitted call, to be settled once. Dropped by a panic of its own body or judgement it is a failure, else cancelled.
#[derive(Debug)]
#[must_use = "a call that is dropped counts as cancelled"]
#[cfg_attr(not(feature = "macros"), expect(unreachable_pub, reason = "generated code is what names it"))]
pub struct GuardedCall<'a> {
    machine: &'a Machine,
    admission: Admission,
    /// As wide as a register: padding would be copied too.
    flags: usize,
}

impl<'a> GuardedCall<'a> {
    /// A call whose body runs at once, on this thread: until it is settled, calls that are made here ride on it if it is a
    /// probe.
    #[inline]
    pub(crate) fn admit(machine: &'a Machine) -> Result<Self, Rejection<'a>> {
        let admission = machine.admit_in_scope()?;
        Ok(Self { machine, admission, flags: IN_SCOPE })
    }

    /// A call whose body is polled: calls that are made while it is ride on it if it is a probe.
    #[inline]
    pub(crate) fn admit_async(machine: &'a Machine) -> Result<Self, Rejection<'a>> {
        let admission = machine.admit()?;
        Ok(Self { machine, admission, flags: 0 })
    }

    /// Runs the body of a sync call, and settles the call by its value. A panic in either is seen by the destructor.
    #[inline]
    pub(crate) fn run<R>(self, body: impl FnOnce() -> R, settle: impl FnOnce(Self, &R)) -> R {
        // Named and returned, the value is written straight to where the caller wants it, and never copied.
        let call = self.running();
        let value = body();
        settle(call, &value);
        value
    }

    /// Runs the body of a sync call, and returns the call to be settled.
    #[cfg(feature = "macros")]
    #[inline]
    pub(crate) fn run_body<R>(self, body: impl FnOnce() -> R) -> (Self, R) {
        let call = self.running();
        let value = body();
        (call, value)
    }

    /// The call counts as running from then on: a panic is its own, in its body and in its judgement.
    ///
    /// Built anew and not written to, so that it can stay in registers while the body runs.
    #[inline]
    fn running(self) -> Self {
        let (machine, admission) = (self.machine, self.admission);
        mem::forget(self);
        Self { machine, admission, flags: IN_SCOPE | RUNNING }
    }

    /// Awaits the body of an async call, so that a panic of its own can be told from one elsewhere in the task. Returns the
    /// call with the value, to be settled.
    #[inline]
    pub(crate) fn run_async<F: Future>(self, body: F) -> impl Future<Output = (Self, F::Output)> {
        Running { call: Some(self), body }
    }

    #[inline]
    pub(crate) fn settle(self, verdict: Verdict) {
        if verdict == Verdict::Success { self.succeed() } else { self.settle_slow(verdict, 0) }
    }

    #[inline]
    pub(crate) fn succeed(self) {
        if self.machine.settles_fast(self.admission) {
            let machine = self.machine;
            mem::forget(self);
            machine.count(Total::Successes);
        } else {
            self.settle_slow(Verdict::Success, 0);
        }
    }

    /// Settles a call that a breaker further in rejected: it says nothing.
    #[cfg(feature = "macros")]
    #[inline]
    pub(crate) fn settle_rejected(self, open: &CircuitOpen) {
        if self.admission.may_be_probe() {
            look_for_itself(self.machine, self.admission, open);
        }
        self.settle_slow(Verdict::Ignored, 0);
    }

    /// Settles a failure after which the dependency asked for a wait, in nanoseconds.
    #[cfg(feature = "macros")]
    #[inline]
    pub(crate) fn fail_with_retry_after(self, wait: std::time::Duration) {
        self.settle_slow(Verdict::Failure, crate::clock::to_nanos(wait));
    }

    #[inline]
    fn settle_slow(self, verdict: Verdict, retry_after: u64) {
        let (machine, admission, flags) = self.into_parts();
        settle_slow(machine, admission, flags, verdict, retry_after);
    }

    /// The call in parts, to be handed to a function out of line: whole, it would have to stand in memory, in every case.
    #[inline]
    pub(crate) fn into_parts(self) -> (&'a Machine, Admission, usize) {
        let parts = (self.machine, self.admission, self.flags);
        mem::forget(self);
        parts
    }

    /// The call again.
    #[cfg(feature = "macros")]
    #[inline]
    pub(crate) fn from_parts((machine, admission, flags): (&'a Machine, Admission, usize)) -> Self {
        Self { machine, admission, flags }
    }
}

#[inline(never)]
fn settle_slow(machine: &Machine, admission: Admission, flags: usize, verdict: Verdict, retry_after: u64) {
    if admission.may_be_probe() {
        settle_probe(machine, admission, flags, verdict, retry_after);
    } else {
        machine.settle_slow(admission, verdict.into(), retry_after);
    }
}

/// Whether the breaker that rejected a call inside a probe is the probe's own.
#[cfg(feature = "macros")]
#[cold]
#[inline(never)]
fn look_for_itself(machine: &Machine, admission: Admission, open: &CircuitOpen) {
    if admission.is_probe() && open.name == *machine.name() {
        machine.rejected_by_itself();
    }
}

/// Out of line, so that what is no probe is handed on by a jump.
#[cold]
#[inline(never)]
fn settle_probe(machine: &Machine, admission: Admission, flags: usize, verdict: Verdict, retry_after: u64) {
    let flags = if flags & IN_SCOPE != 0 { flags | leave(machine, admission) } else { flags };
    // Of the calls that rode on this probe none succeeded: the probe's own success says nothing about the dependency.
    let no_rider_succeeded = flags & (RIDDEN | RIDER_SUCCEEDED) == RIDDEN;
    let ending = if no_rider_succeeded && verdict == Verdict::Success { Ending::Ignored } else { verdict.into() };
    machine.settle_slow(admission, ending, retry_after);
}

pin_project! {
    /// An async call whose body runs.
    // Not `poll_fn`, whose `poll` the compiler leaves out of line.
    #[project = RunningProjection]
    struct Running<'a, F> {
        // `None` when the body has returned.
        call: Option<GuardedCall<'a>>,
        #[pin]
        body: F,
    }
}

impl<'a, F: Future> Future for Running<'a, F> {
    type Output = (GuardedCall<'a>, F::Output);

    #[inline(always)]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let RunningProjection { call: place, body } = self.project();
        // It is awaited, so nobody polls it again.
        let Some(call) = place else { return Poll::Pending };
        // Copies, so that they can stay in registers while the body runs.
        let (machine, admission) = (call.machine, call.admission);
        // Only a probe touches a thread-local.
        if admission.may_be_probe() {
            enter(machine, admission);
        }
        let in_poll = InPoll { machine, admission, flags: &mut call.flags };
        let polled = body.poll(cx);
        mem::forget(in_poll);
        // A value is judged next, which is still the call's own doing.
        let mut flags = RUNNING;
        // Calls ride on a probe only, and may have in any poll.
        if admission.may_be_probe() {
            call.flags |= leave(machine, admission);
            flags |= call.flags;
        }
        polled.map(|value| {
            mem::forget(place.take());
            (GuardedCall { machine, admission, flags }, value)
        })
    }
}

/// One poll of a body. Dropped by a panic: nothing else drops it.
struct InPoll<'a> {
    machine: &'a Machine,
    admission: Admission,
    flags: &'a mut usize,
}

impl Drop for InPoll<'_> {
    #[inline]
    fn drop(&mut self) {
        left_by_panic(self.machine, self.admission, self.flags);
    }
}

#[cold]
#[inline(never)]
fn left_by_panic(machine: &Machine, admission: Admission, flags: &mut usize) {
    *flags |= RUNNING;
    leave(machine, admission);
}

/// If the call is a probe, calls that are made on this thread ride on it from now on.
#[cold]
#[inline(never)]
fn enter(machine: &Machine, admission: Admission) {
    if admission.is_probe() {
        probe_scope::enter(machine.id(), admission.ticket());
    }
}

/// Ends that, and returns the flags that tell what rode on the probe.
#[cold]
#[inline(never)]
fn leave(machine: &Machine, admission: Admission) -> usize {
    if !admission.is_probe() {
        return 0;
    }
    let Riders { any, succeeded } = probe_scope::leave(machine.id(), admission.ticket());
    let flag = |on, flag| if on { flag } else { 0 };
    flag(any, RIDDEN) | flag(succeeded, RIDER_SUCCEEDED)
}

impl Drop for GuardedCall<'_> {
    // Inline, so that a call that is settled need not stand in memory for the case that it is dropped.
    #[inline]
    fn drop(&mut self) {
        abandon(self.machine, self.admission, self.flags);
    }
}

#[cold]
fn abandon(machine: &Machine, admission: Admission, flags: usize) {
    if flags & IN_SCOPE != 0 {
        leave(machine, admission);
    }
    let ending = if flags & RUNNING != 0 { Ending::Failure } else { Ending::Cancelled };
    machine.settle_slow(admission, ending, 0);
}
