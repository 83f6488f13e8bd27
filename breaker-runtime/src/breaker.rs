//! The breaker as its users hold it.

use std::{borrow::Cow, fmt, future::Future, sync::Arc};

use crate::{
    CallError, CircuitOpen, Clock, Config, Name, Outcome, Permit, Snapshot, State, Transition,
    event::Listener,
    machine::{Admission, Machine, Refused},
    refusal::Refusal,
    rule::{Command, Ending},
    totals::Total,
};

/// A circuit breaker: stops calls to a dependency that is down, and finds out by itself when it is back.
///
/// Share it by reference, in a `static` or in an `Arc`. `#[circuit_breaker]` makes one for each annotated function.
/// Nothing here panics, whatever the configuration, and no lock is held while code of yours runs.
///
/// ```
/// use breaker_runtime::{CallError, CircuitBreaker, Config, State};
///
/// let breaker = CircuitBreaker::new("users", Config::builder().failure_threshold(2).build()?);
/// for _ in 0..2 {
///     let _ = breaker.call(|| Err::<(), _>("down"));
/// }
/// assert_eq!(breaker.state(), State::Open);
/// let refused = breaker.call(|| Ok::<_, &str>("not called"));
/// assert!(matches!(refused, Err(CallError::Open(_))));
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
pub struct CircuitBreaker {
    machine: Machine,
}

impl CircuitBreaker {
    /// A closed breaker on the system's monotonic clock.
    ///
    /// It is not in the [`registry`](crate::registry()); [`Registry::get_or_create`](crate::Registry::get_or_create)
    /// makes one that is.
    pub fn new(name: impl Into<Cow<'static, str>>, config: Config) -> Self {
        Self::named(name.into().into(), config)
    }

    /// A closed breaker on a clock of your own, such as a [`ManualClock`](crate::testing::ManualClock).
    pub fn with_clock(name: impl Into<Cow<'static, str>>, config: Config, clock: impl Clock) -> Self {
        let breaker = Self::new(name, config);
        breaker.machine.set_clock(clock);
        breaker
    }

    pub(crate) fn named(name: Name, config: Config) -> Self {
        Self { machine: Machine::new(name, config) }
    }

    /// Runs `f` if the circuit admits it, and counts how it went: `Ok` is a success, `Err` a failure, a panic is a
    /// failure and goes on.
    ///
    /// # Errors
    /// [`CallError::Open`] when refused, in which case `f` did not run; [`CallError::Failed`] with the error of `f`.
    #[inline]
    pub fn call<T, E>(&self, f: impl FnOnce() -> Result<T, E>) -> Result<T, CallError<E>> {
        let permit = self.try_acquire()?;
        let result = f();
        permit.settle(result.verdict());
        result.map_err(CallError::Failed)
    }

    /// Awaits `future` if the circuit admits it. Admission is at the first poll; a future that is dropped before its
    /// end is counted as cancelled.
    ///
    /// ```
    /// # use std::{future::Future, pin::pin, task::{Context, Poll, Waker}};
    /// use breaker_runtime::{CircuitBreaker, Config};
    ///
    /// let breaker = CircuitBreaker::new("users", Config::default());
    /// let answer = breaker.call_async(async { Ok::<_, &str>(7) });
    /// # let mut answer = pin!(answer);
    /// # let Poll::Ready(answer) = answer.as_mut().poll(&mut Context::from_waker(Waker::noop())) else { panic!() };
    /// # assert_eq!(answer, Ok(7));
    /// ```
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub async fn call_async<T, E>(&self, future: impl Future<Output = Result<T, E>>) -> Result<T, CallError<E>> {
        let permit = self.try_acquire()?;
        let result = future.await;
        permit.settle(result.verdict());
        result.map_err(CallError::Failed)
    }

    /// Asks for one call, and leaves it to you to make it and to [settle](Permit::settle) it.
    ///
    /// # Errors
    /// [`CircuitOpen`] when the circuit is open, forced open, or half-open with all its probes out.
    #[inline]
    pub fn try_acquire(&self) -> Result<Permit<'_>, CircuitOpen> {
        self.admit().map_err(Into::into)
    }

    #[inline]
    pub(crate) fn admit(&self) -> Result<Permit<'_>, Refusal<'_>> {
        match self.machine.admit() {
            Ok(admission) => Ok(Permit::new(self, admission)),
            Err(refused) => Err(Refusal::new(self, refused)),
        }
    }

    #[inline]
    pub(crate) fn told(&self, refused: Refused) -> CircuitOpen {
        self.machine.told(refused)
    }

    #[inline]
    pub(crate) fn settle(&self, admission: Admission, ending: Ending) {
        self.machine.settle(admission, ending);
    }

    /// Counts a fallback that ran.
    #[doc(hidden)]
    #[inline]
    pub fn count_fallback(&self) {
        self.machine.count(Total::Fallbacks);
    }

    /// Counts a call that was answered from the cache.
    #[doc(hidden)]
    pub fn count_cached(&self) {
        self.machine.count(Total::Cached);
    }

    /// The time by its clock, from which the age of a cached value is told.
    #[cfg(feature = "cache")]
    pub(crate) fn nanos(&self) -> u64 {
        self.machine.nanos()
    }

    /// The state. Reading it never changes it: an open circuit whose wait is over reads as half-open, and becomes so
    /// with the next call.
    #[must_use]
    pub fn state(&self) -> State {
        self.machine.state()
    }

    /// The figures of this moment.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.machine.snapshot()
    }

    pub(crate) fn failures_in_a_row(&self) -> u32 {
        self.machine.failures_in_a_row()
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.machine.name()
    }

    /// The settings.
    #[must_use]
    pub fn config(&self) -> Config {
        self.machine.config()
    }

    /// Puts other settings in place while calls go on. The state stays, and an open circuit its deadline; the counts of
    /// the state begin anew. Results of calls that are under way go into the totals only.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreaker, Config, State};
    ///
    /// let breaker = CircuitBreaker::new("users", Config::default());
    /// breaker.reconfigure(Config::builder().failure_threshold(1).build()?);
    /// let _ = breaker.call(|| Err::<(), _>("down"));
    /// assert_eq!(breaker.state(), State::Open);
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    pub fn reconfigure(&self, config: Config) {
        self.machine.reconfigure(config);
    }

    /// Opens the circuit as a failure would: it recovers by itself. Does nothing if it is open already, or in a state
    /// that was forced.
    pub fn trip(&self) {
        self.machine.command(Command::Trip);
    }

    /// Refuses every call until [`reset`](Self::reset), whatever the time.
    pub fn force_open(&self) {
        self.machine.command(Command::ForceOpen);
    }

    /// Admits every call and judges none, until [`reset`](Self::reset). The totals go on.
    pub fn disable(&self) {
        self.machine.command(Command::Disable);
    }

    /// Admits every call, counts, and reports to the listeners each time it would have opened, until
    /// [`reset`](Self::reset).
    pub fn metrics_only(&self) {
        self.machine.command(Command::MetricsOnly);
    }

    /// Closes the circuit and clears its counts. The lifetime totals stay.
    pub fn reset(&self) {
        self.machine.command(Command::Reset);
    }

    /// Tells `listener` of every transition from now on, in order and outside any lock. A listener may use the breaker;
    /// its panic is caught.
    pub fn on_transition(&self, listener: impl Fn(&Transition) + Send + Sync + 'static) {
        self.subscribe(Arc::new(listener));
    }

    pub(crate) fn subscribe(&self, listener: Listener) {
        self.machine.subscribe(listener);
    }

    pub(crate) fn seed_jitter(&self, seed: u64) {
        self.machine.seed_jitter(seed);
    }

    /// Puts another clock under the breaker, closes it and clears its counts. For tests of annotated functions, see
    /// [`testing`](crate::testing).
    pub fn set_clock(&self, clock: impl Clock) {
        self.machine.set_clock(clock);
    }
}

impl fmt::Debug for CircuitBreaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CircuitBreaker")
            .field("name", self.machine.name())
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}
