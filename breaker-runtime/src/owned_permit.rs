//! The right to make one call, without a borrow.

use std::{sync::Arc, time::Duration};

use crate::{
    breaker::CircuitBreaker, clock::to_nanos, error::CircuitOpen, machine::Admission, outcome::Verdict,
    rejection::Rejection, rule::Ending,
};

/// A [`Permit`](crate::Permit) that holds its breaker: it can stand in a struct, and go to another thread.
///
/// Dropped without a word it counts as cancelled, always: whose panic it is that drops it, nobody knows here.
///
/// ```
/// use std::{sync::Arc, thread};
/// use breaker_runtime::{CircuitBreaker, Config};
///
/// let breaker = Arc::new(CircuitBreaker::new("users", Config::default()));
/// let permit = breaker.try_acquire_owned()?;
/// thread::spawn(move || permit.failure()).join().unwrap();
/// assert_eq!(breaker.snapshot().failures, 1);
/// # Ok::<(), breaker_runtime::CircuitOpen>(())
/// ```
#[derive(Debug)]
#[must_use = "a permit that is dropped counts as a cancelled call"]
pub struct OwnedPermit {
    breaker: Arc<CircuitBreaker>,
    admission: Admission,
    is_settled: bool,
}

impl OwnedPermit {
    /// The dependency answered.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use breaker_runtime::{CircuitBreaker, Config};
    ///
    /// let breaker = Arc::new(CircuitBreaker::new("users", Config::default()));
    /// breaker.try_acquire_owned()?.success();
    /// assert_eq!(breaker.snapshot().successes, 1);
    /// # Ok::<(), breaker_runtime::CircuitOpen>(())
    /// ```
    pub fn success(self) {
        self.settle(Verdict::Success);
    }

    /// The dependency failed.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use breaker_runtime::{CircuitBreaker, Config};
    ///
    /// let breaker = Arc::new(CircuitBreaker::new("users", Config::default()));
    /// breaker.try_acquire_owned()?.failure();
    /// assert_eq!(breaker.snapshot().consecutive_failures, 1);
    /// # Ok::<(), breaker_runtime::CircuitOpen>(())
    /// ```
    pub fn failure(self) {
        self.settle(Verdict::Failure);
    }

    /// The dependency failed, and asked to be left alone for this long: see
    /// [`Permit::failure_with_retry_after`](crate::Permit::failure_with_retry_after).
    ///
    /// ```
    /// use std::{sync::Arc, time::Duration};
    /// use breaker_runtime::{CircuitBreaker, Config, State};
    ///
    /// let breaker = Arc::new(CircuitBreaker::new("users", Config::default()));
    /// breaker.try_acquire_owned()?.failure_with_retry_after(Duration::from_secs(90));
    /// assert_eq!(breaker.state(), State::Open);
    /// # Ok::<(), breaker_runtime::CircuitOpen>(())
    /// ```
    pub fn failure_with_retry_after(mut self, wait: Duration) {
        self.is_settled = true;
        self.breaker.machine().settle_slow(self.admission, Ending::Failure, to_nanos(wait));
    }

    /// The call says nothing about the dependency: see [`Permit::ignore`](crate::Permit::ignore).
    ///
    /// ```
    /// use std::sync::Arc;
    /// use breaker_runtime::{CircuitBreaker, Config};
    ///
    /// let breaker = Arc::new(CircuitBreaker::new("users", Config::default()));
    /// breaker.try_acquire_owned()?.ignore();
    /// assert_eq!(breaker.snapshot().ignored, 1);
    /// # Ok::<(), breaker_runtime::CircuitOpen>(())
    /// ```
    pub fn ignore(self) {
        self.settle(Verdict::Ignored);
    }

    /// The call ended like this.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use breaker_runtime::{CircuitBreaker, Config, Outcome};
    ///
    /// let breaker = Arc::new(CircuitBreaker::new("users", Config::default()));
    /// let permit = breaker.try_acquire_owned()?;
    /// permit.settle("7".parse::<u8>().verdict());
    /// assert_eq!(breaker.snapshot().successes, 1);
    /// # Ok::<(), breaker_runtime::CircuitOpen>(())
    /// ```
    pub fn settle(mut self, verdict: Verdict) {
        self.is_settled = true;
        self.breaker.machine().settle(self.admission, verdict.into());
    }

    /// Returns the breaker that admitted the call.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use breaker_runtime::{CircuitBreaker, Config};
    ///
    /// let breaker = Arc::new(CircuitBreaker::new("users", Config::default()));
    /// let permit = breaker.try_acquire_owned()?;
    /// assert_eq!(permit.breaker().name(), "users");
    /// # permit.success();
    /// # Ok::<(), breaker_runtime::CircuitOpen>(())
    /// ```
    #[must_use]
    pub fn breaker(&self) -> &Arc<CircuitBreaker> {
        &self.breaker
    }
}

impl Drop for OwnedPermit {
    fn drop(&mut self) {
        if !self.is_settled {
            self.breaker.machine().settle(self.admission, Ending::Cancelled);
        }
    }
}

impl CircuitBreaker {
    /// Asks for one call, as [`try_acquire`](Self::try_acquire), with a permit that borrows nothing.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use breaker_runtime::{CircuitBreaker, Config, OwnedPermit};
    ///
    /// struct Upload { permit: OwnedPermit }
    ///
    /// let breaker = Arc::new(CircuitBreaker::new("storage", Config::default()));
    /// let upload = Upload { permit: breaker.try_acquire_owned()? };
    /// upload.permit.success();
    /// # Ok::<(), breaker_runtime::CircuitOpen>(())
    /// ```
    ///
    /// # Errors
    /// As [`try_acquire`](Self::try_acquire).
    pub fn try_acquire_owned(self: &Arc<Self>) -> Result<OwnedPermit, CircuitOpen> {
        let admission = self.machine().admit().map_err(Rejection::into_error)?;
        Ok(OwnedPermit { breaker: Arc::clone(self), admission, is_settled: false })
    }
}
