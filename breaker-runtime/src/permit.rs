//! The right to make one call.

use std::{mem, thread, time::Duration};

use crate::{
    clock::to_nanos,
    machine::{Admission, Machine},
    outcome::Verdict,
    rule::Ending,
};

/// An admitted call, to be settled once.
///
/// Dropped without a word it counts as cancelled, which is neutral unless
/// [`on_cancel`](crate::ConfigBuilder::on_cancel) says otherwise; dropped by a panic, as a failure, unless the thread was
/// panicking already when the permit was taken. Either way a half-open permit is given back or the circuit opens: a call
/// that vanishes cannot wedge the breaker.
///
/// Whose panic it is, a permit cannot know: one in a future is dropped by a panic elsewhere in the task too, and counts as a
/// failure. There use [`call_async`](crate::CircuitBreaker::call_async), which can tell, or an
/// [`OwnedPermit`](crate::OwnedPermit), which counts as cancelled.
///
/// ```
/// use breaker_runtime::{CircuitBreaker, Config};
///
/// let breaker = CircuitBreaker::new("users", Config::default());
/// let permit = breaker.try_acquire()?;
/// permit.success();
/// drop(breaker.try_acquire()?);
/// let seen = breaker.snapshot();
/// assert_eq!((seen.successes, seen.cancelled), (1, 1));
/// # Ok::<(), breaker_runtime::CircuitOpen>(())
/// ```
#[derive(Debug)]
#[must_use = "a permit that is dropped counts as a cancelled call"]
pub struct Permit<'a> {
    machine: &'a Machine,
    admission: Admission,
    /// In a destructor, say: then a panic says nothing about this call.
    was_panicking: bool,
}

impl<'a> Permit<'a> {
    #[inline]
    pub(crate) fn new(machine: &'a Machine, admission: Admission) -> Self {
        Self { machine, admission, was_panicking: thread::panicking() }
    }

    /// The dependency answered.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreaker, Config};
    ///
    /// let breaker = CircuitBreaker::new("users", Config::default());
    /// breaker.try_acquire()?.failure();
    /// breaker.try_acquire()?.success();
    /// assert_eq!(breaker.snapshot().consecutive_failures, 0); // the streak is over
    /// # Ok::<(), breaker_runtime::CircuitOpen>(())
    /// ```
    #[inline]
    pub fn success(self) {
        self.settle(Verdict::Success);
    }

    /// The dependency failed.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreaker, Config, State};
    ///
    /// let breaker = CircuitBreaker::new("users", Config::builder().failure_threshold(1).build()?);
    /// breaker.try_acquire()?.failure();
    /// assert_eq!(breaker.state(), State::Open);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[inline]
    pub fn failure(self) {
        self.settle(Verdict::Failure);
    }

    /// The dependency failed, and asked to be left alone for this long, as a `Retry-After` does: the circuit opens at once,
    /// for this time or the back-off's wait, whichever is longer, and at most
    /// [`max_recovery_timeout`](crate::ConfigBuilder::max_recovery_timeout). Zero is a plain failure. A state that was set
    /// by hand stays.
    ///
    /// ```
    /// use std::time::Duration;
    /// use breaker_runtime::{CircuitBreaker, Config, testing::ManualClock};
    ///
    /// let breaker = CircuitBreaker::with_clock("users", Config::default(), ManualClock::new());
    /// breaker.try_acquire()?.failure_with_retry_after(Duration::from_secs(90));
    /// assert_eq!(breaker.snapshot().retry_after, Some(Duration::from_secs(90)));
    /// # Ok::<(), breaker_runtime::CircuitOpen>(())
    /// ```
    pub fn failure_with_retry_after(self, wait: Duration) {
        let Self { machine, admission, .. } = self;
        mem::forget(self);
        machine.settle_slow(admission, Ending::Failure, to_nanos(wait));
    }

    /// The call says nothing about the dependency: it breaks no streak, is in no window, and gives a half-open permit back.
    ///
    /// For a caller's own mistake, or a limit of its own. A 404 is no such thing: the dependency answered, so it lives, and
    /// only a [`success`](Self::success) closes a half-open circuit.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreaker, Config};
    ///
    /// let breaker = CircuitBreaker::new("users", Config::default());
    /// breaker.try_acquire()?.failure();
    /// breaker.try_acquire()?.ignore(); // the request could not be built, say
    /// let seen = breaker.snapshot();
    /// assert_eq!((seen.consecutive_failures, seen.ignored), (1, 1));
    /// # Ok::<(), breaker_runtime::CircuitOpen>(())
    /// ```
    #[inline]
    pub fn ignore(self) {
        self.settle(Verdict::Ignored);
    }

    /// The call ended like this.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreaker, Config, Outcome};
    ///
    /// let breaker = CircuitBreaker::new("users", Config::default());
    /// let permit = breaker.try_acquire()?;
    /// let answer = "7".parse::<u8>();
    /// permit.settle(answer.verdict());
    /// assert_eq!(breaker.snapshot().successes, 1);
    /// # Ok::<(), breaker_runtime::CircuitOpen>(())
    /// ```
    #[inline]
    pub fn settle(self, verdict: Verdict) {
        let Self { machine, admission, .. } = self;
        mem::forget(self);
        machine.settle(admission, verdict.into());
    }
}

/// For models in which another thread ends the call.
#[cfg(all(test, loom))]
impl Permit<'_> {
    pub(crate) fn into_admission(self) -> Admission {
        let admission = self.admission;
        mem::forget(self);
        admission
    }
}

impl Drop for Permit<'_> {
    // Inline, so that a permit that is settled need not stand in memory for the case that it is dropped.
    #[inline]
    fn drop(&mut self) {
        abandon(self.machine, self.admission, self.was_panicking);
    }
}

#[cold]
fn abandon(machine: &Machine, admission: Admission, was_panicking: bool) {
    let ending = if thread::panicking() && !was_panicking { Ending::Failure } else { Ending::Cancelled };
    machine.settle(admission, ending);
}
