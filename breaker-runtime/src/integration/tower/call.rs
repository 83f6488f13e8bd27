//! An admitted call, from `call` to its end.

use std::{ops::Deref, sync::Arc, time::Duration};

use crate::{
    breaker::CircuitBreaker,
    clock::to_nanos,
    error::CircuitOpen,
    machine::Admission,
    outcome::Verdict,
    probe_scope::{self, Riders},
    rejection::Rejection,
    rule::Ending,
};

/// A breaker that lives as long as the calls that it admits.
#[derive(Clone, Debug)]
pub(super) enum LayerBreaker {
    Shared(Arc<CircuitBreaker>),
    Static(&'static CircuitBreaker),
}

impl Deref for LayerBreaker {
    type Target = CircuitBreaker;

    fn deref(&self) -> &CircuitBreaker {
        match self {
            Self::Shared(breaker) => breaker,
            Self::Static(breaker) => breaker,
        }
    }
}

/// An admitted call, which its future holds, or its body. Dropped before it is settled it was cancelled.
#[derive(Debug)]
pub struct Call {
    breaker: LayerBreaker,
    /// `None` once it is settled.
    admission: Option<Admission>,
    /// What rode on this call, if it is a probe.
    riders: Riders,
}

impl Call {
    pub(super) fn admit(breaker: &LayerBreaker) -> Result<Self, CircuitOpen> {
        let admission = breaker.machine().admit().map_err(Rejection::into_error)?;
        Ok(Self { breaker: breaker.clone(), admission: Some(admission), riders: Riders::default() })
    }

    /// Runs a piece of the call. A panic that comes out of it is the call's own, and a failure: one that only drops the call
    /// is somebody else's.
    #[inline]
    pub(crate) fn run<T>(&mut self, piece: impl FnOnce() -> T) -> T {
        let mut running = Running::start(self);
        let value = piece();
        running.has_returned = true;
        value
    }

    /// Settles the call, if it is not settled yet. The wait is that of a failure.
    pub(crate) fn settle(&mut self, verdict: Verdict, retry_after: Option<Duration>) {
        let Some(admission) = self.admission.take() else { return };
        let machine = self.breaker.machine();
        match retry_after {
            Some(wait) => machine.settle_slow(admission, self.ending(verdict), to_nanos(wait)),
            None => machine.settle(admission, self.ending(verdict)),
        }
    }

    fn ending(&self, verdict: Verdict) -> Ending {
        // Of the calls that rode on this probe none succeeded: its own success says nothing about the dependency.
        let is_vain = self.riders.any && !self.riders.succeeded;
        if is_vain && verdict == Verdict::Success { Ending::Ignored } else { verdict.into() }
    }

    fn probe(&self) -> Option<Admission> {
        self.admission.filter(Admission::is_probe)
    }
}

/// For calls that go on after their head.
#[cfg(feature = "http")]
impl Call {
    pub(crate) fn is_probe(&self) -> bool {
        self.probe().is_some()
    }

    #[cfg(feature = "tonic")]
    pub(crate) fn is_settled(&self) -> bool {
        self.admission.is_none()
    }

    /// What comes from now on makes the call no slower.
    pub(crate) fn stop_timing(&mut self) {
        if let Some(admission) = &mut self.admission {
            self.breaker.machine().stop_timing(admission);
        }
    }

    /// Moves the call elsewhere. What stays is settled.
    pub(crate) fn take(&mut self) -> Self {
        Self { breaker: self.breaker.clone(), admission: self.admission.take(), riders: self.riders }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if let Some(admission) = self.admission.take() {
            self.breaker.machine().settle_slow(admission, Ending::Cancelled, 0);
        }
    }
}

/// A piece of a call that runs. Calls of the same breaker inside a probe ride on it meanwhile.
struct Running<'a> {
    call: &'a mut Call,
    has_returned: bool,
}

impl<'a> Running<'a> {
    #[inline]
    fn start(call: &'a mut Call) -> Self {
        if let Some(probe) = call.probe() {
            probe_scope::enter(call.breaker.machine().id(), probe.ticket());
        }
        Self { call, has_returned: false }
    }
}

impl Drop for Running<'_> {
    #[inline]
    fn drop(&mut self) {
        if let Some(probe) = self.call.probe() {
            let Riders { any, succeeded } = probe_scope::leave(self.call.breaker.machine().id(), probe.ticket());
            self.call.riders.any |= any;
            self.call.riders.succeeded |= succeeded;
        }
        if !self.has_returned {
            self.call.settle(Verdict::Failure, None);
        }
    }
}
