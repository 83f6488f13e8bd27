//! The breaker as its users hold it.

use std::{fmt, future::Future, sync::Arc, time::Duration};

use crate::{
    clock::{Clock, Replacement, to_nanos},
    config::Config,
    error::{CallError, CircuitOpen},
    guarded_call::GuardedCall,
    heirs::{Heir, Heirs},
    listeners::ListenerId,
    machine::{Machine, Role},
    name::Name,
    outcome::{Outcome, Verdict},
    permit::Permit,
    rejection::Rejection,
    rule::{Control, ForcedMode, Source},
    snapshot::Snapshot,
    state::State,
    transition::Transition,
};

/// A circuit breaker: stops calls to a dependency that is down, and finds out by itself when it is back.
///
/// Calls go through [`call`](Self::call), [`call_async`](Self::call_async) or [`try_acquire`](Self::try_acquire). Share
/// it by reference, in a `static` or in an `Arc`. `#[circuit_breaker]` makes one for each annotated function.
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
/// let rejected = breaker.call(|| Ok::<_, &str>("not called"));
/// assert!(matches!(rejected, Err(CallError::Open(_))));
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
pub struct CircuitBreaker {
    machine: Machine,
    heirs: Heirs,
}

impl CircuitBreaker {
    /// A closed breaker on the system's monotonic clock.
    ///
    /// It is not in the [`registry`](crate::registry()), and shares nothing with another one of its name;
    /// [`Registry::get_or_create`](crate::Registry::get_or_create) makes one that is.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreaker, Config, registry};
    ///
    /// let shard = 7;
    /// let breaker = CircuitBreaker::new(format!("shard-{shard}"), Config::default());
    /// assert_eq!(breaker.name(), "shard-7");
    /// assert!(registry().get("shard-7").is_none());
    /// ```
    pub fn new(name: impl Into<Name>, config: Config) -> Self {
        Self::named(name.into(), config, None)
    }

    /// A closed breaker on a clock of your own, such as a [`ManualClock`](crate::testing::ManualClock).
    ///
    /// ```
    /// use std::time::Duration;
    /// use breaker_runtime::{CircuitBreaker, Config, State, testing::ManualClock};
    ///
    /// let clock = ManualClock::new();
    /// let breaker = CircuitBreaker::with_clock("users", Config::default(), clock.clone());
    /// breaker.trip();
    /// clock.advance(Duration::from_secs(60));
    /// assert_eq!(breaker.state(), State::HalfOpen);
    /// ```
    pub fn with_clock(name: impl Into<Name>, config: Config, clock: impl Clock) -> Self {
        Self::named(name.into(), config, Some(Replacement::new(Arc::new(clock))))
    }

    pub(crate) fn named(name: Name, config: Config, clock: Option<Replacement>) -> Self {
        Self::of_machine(Machine::new(name, Arc::new(config), clock, Role::Single))
    }

    /// One of a family's, whose settings they share.
    pub(crate) fn of_family(name: Name, config: Arc<Config>, clock: Option<Replacement>, role: Role) -> Self {
        Self::of_machine(Machine::new(name, config, clock, role))
    }

    fn of_machine(machine: Machine) -> Self {
        Self { machine, heirs: Heirs::default() }
    }

    /// Puts a new breaker, before anything was called, into the state that a settings file forces. That is no transition.
    pub(crate) fn begin_forced(&self, mode: Option<ForcedMode>) {
        if let Some(mode) = mode {
            self.machine.begin_forced(Source::File, mode);
        }
    }

    /// Hands `heir` the last figures when the breaker is dropped.
    pub(crate) fn on_drop(&self, heir: Heir) {
        self.heirs.add(heir);
    }

    /// Runs `f` if the circuit admits it, and counts how it went: `Ok` is a success, `Err` a failure, a panic is a
    /// failure and goes on.
    ///
    /// [`call_with`](Self::call_with) judges in another way, and needs no `Result`.
    ///
    /// ```
    /// use std::io;
    /// use breaker_runtime::{CallError, CircuitBreaker, Config};
    ///
    /// fn ask(id: u64) -> io::Result<String> {
    ///     if id == 7 { Ok("Ada".to_owned()) } else { Err(io::ErrorKind::TimedOut.into()) }
    /// }
    ///
    /// let breaker = CircuitBreaker::new("users", Config::default());
    /// assert_eq!(breaker.call(|| ask(7)).unwrap(), "Ada");
    /// match breaker.call(|| ask(8)) {
    ///     Ok(name) => println!("{name}"),
    ///     Err(CallError::Failed(error)) => println!("it was called, and failed: {error}"),
    ///     Err(CallError::Open(rejected)) => println!("it was not called: {rejected}"),
    /// }
    /// assert_eq!(breaker.snapshot().failures, 1);
    /// ```
    ///
    /// # Errors
    /// [`CallError::Open`] when rejected, in which case `f` did not run; [`CallError::Failed`] with the error of `f`.
    #[inline]
    pub fn call<T, E>(&self, f: impl FnOnce() -> Result<T, E>) -> Result<T, CallError<E>> {
        self.call_with(f, Outcome::verdict)?.map_err(CallError::Failed)
    }

    /// Runs `f` if the circuit admits it, and counts what `verdict` makes of its value. So a failure that is a good answer
    /// of a healthy dependency, such as a 404, can count as a success.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreaker, Config, Verdict};
    ///
    /// fn status(code: &u16) -> Verdict {
    ///     if *code < 500 { Verdict::Success } else { Verdict::Failure }
    /// }
    ///
    /// let breaker = CircuitBreaker::new("users", Config::default());
    /// assert_eq!(breaker.call_with(|| 404, status)?, 404);
    /// assert_eq!(breaker.call_with(|| 503, status)?, 503);
    /// let seen = breaker.snapshot();
    /// assert_eq!((seen.successes, seen.failures), (1, 1));
    /// # Ok::<(), breaker_runtime::CircuitOpen>(())
    /// ```
    ///
    /// # Errors
    /// [`CircuitOpen`] when rejected, in which case `f` did not run.
    #[inline]
    pub fn call_with<R>(&self, f: impl FnOnce() -> R, verdict: impl FnOnce(&R) -> Verdict) -> Result<R, CircuitOpen> {
        let call = self.admit().map_err(Rejection::into_error)?;
        Ok(call.run(f, |call, value| call.settle(verdict(value))))
    }

    /// Awaits `future` if the circuit admits it, on any async runtime.
    ///
    /// Admission is at the first poll: a future that is never polled is not counted at all. One that is dropped between
    /// its first poll and its end counts as cancelled, or as [`on_cancel`](crate::ConfigBuilder::on_cancel) says.
    ///
    /// ```
    /// # use std::{future::Future, pin::pin, task::{Context, Waker}};
    /// use breaker_runtime::{CircuitBreaker, Config};
    ///
    /// # let program = async {
    /// let breaker = CircuitBreaker::new("users", Config::default());
    /// let answer = breaker.call_async(async { Ok::<_, &str>(7) }).await;
    /// assert_eq!(answer, Ok(7));
    /// # };
    /// # assert!(pin!(program).poll(&mut Context::from_waker(Waker::noop())).is_ready());
    /// ```
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub async fn call_async<T, E>(&self, future: impl Future<Output = Result<T, E>>) -> Result<T, CallError<E>> {
        self.call_async_with(future, Outcome::verdict).await?.map_err(CallError::Failed)
    }

    /// Awaits `future` if the circuit admits it, and counts what `verdict` makes of its value:
    /// [`call_with`](Self::call_with) for futures.
    ///
    /// ```
    /// # use std::{future::Future, pin::pin, task::{Context, Waker}};
    /// use breaker_runtime::{CircuitBreaker, Config, Verdict};
    ///
    /// # let program = async {
    /// let breaker = CircuitBreaker::new("users", Config::default());
    /// let found = breaker.call_async_with(async { None::<u8> }, |_| Verdict::Success).await;
    /// assert_eq!(found, Ok(None));
    /// # };
    /// # assert!(pin!(program).poll(&mut Context::from_waker(Waker::noop())).is_ready());
    /// ```
    ///
    /// # Errors
    /// As [`call_with`](Self::call_with).
    pub async fn call_async_with<R>(
        &self,
        future: impl Future<Output = R>,
        verdict: impl FnOnce(&R) -> Verdict,
    ) -> Result<R, CircuitOpen> {
        let call = self.admit_async().map_err(Rejection::into_error)?;
        let (call, value) = call.run_async(future).await;
        call.settle(verdict(&value));
        Ok(value)
    }

    /// Asks for one call, and leaves it to you to make it and to [settle](Permit::settle) it. Calls of the same breaker
    /// that are made meanwhile need permits of their own.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreaker, Config};
    ///
    /// let breaker = CircuitBreaker::new("users", Config::default());
    /// let permit = breaker.try_acquire()?;
    /// let status = 503; // what the service answered
    /// match status {
    ///     500.. => permit.failure(),
    ///     _ => permit.success(), // a 404 too: the service answered
    /// }
    /// assert_eq!(breaker.snapshot().failures, 1);
    /// # Ok::<(), breaker_runtime::CircuitOpen>(())
    /// ```
    ///
    /// # Errors
    /// [`CircuitOpen`] when the circuit is open, forced open, or half-open with all its probes out.
    #[inline]
    pub fn try_acquire(&self) -> Result<Permit<'_>, CircuitOpen> {
        match self.machine.admit() {
            Ok(admission) => Ok(Permit::new(&self.machine, admission)),
            Err(rejection) => Err(rejection.into_error()),
        }
    }

    /// Returns the error that a call would be rejected with now; `None` if it would be admitted. Takes no permit and counts
    /// nothing, so the next call may fare otherwise.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreaker, Config};
    ///
    /// let breaker = CircuitBreaker::new("users", Config::default());
    /// assert_eq!(breaker.rejection(), None);
    /// breaker.trip();
    /// assert!(breaker.rejection().unwrap().retry_after.is_some());
    /// assert_eq!(breaker.snapshot().rejected, 0);
    /// ```
    #[must_use]
    pub fn rejection(&self) -> Option<CircuitOpen> {
        self.machine.rejection()
    }

    #[inline]
    pub(crate) fn admit(&self) -> Result<GuardedCall<'_>, Rejection<'_>> {
        GuardedCall::admit(&self.machine)
    }

    #[inline]
    pub(crate) fn admit_async(&self) -> Result<GuardedCall<'_>, Rejection<'_>> {
        GuardedCall::admit_async(&self.machine)
    }

    /// Returns what runs beneath: for the code of this crate that counts, listens, or is told of the time.
    #[inline]
    pub(crate) fn machine(&self) -> &Machine {
        &self.machine
    }

    /// The state. Reading it never changes it: an open circuit whose wait is over reads as half-open, and becomes so
    /// with the next call.
    ///
    /// ```
    /// use std::time::Duration;
    /// use breaker_runtime::{CircuitBreaker, Config, State, testing::ManualClock};
    ///
    /// let clock = ManualClock::new();
    /// let breaker = CircuitBreaker::with_clock("users", Config::default(), clock.clone());
    /// breaker.trip();
    /// assert_eq!(breaker.state(), State::Open);
    ///
    /// clock.advance(Duration::from_secs(60));
    /// assert_eq!(breaker.state(), State::HalfOpen);
    /// assert_eq!(breaker.snapshot().transitions.get(State::Open, State::HalfOpen), 0); // no call yet
    /// ```
    #[must_use]
    pub fn state(&self) -> State {
        self.machine.state()
    }

    /// The figures of this moment. They are read one after the other: calls that end meanwhile may be in some of them
    /// and not yet in others.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreaker, Config};
    ///
    /// let breaker = CircuitBreaker::new("users", Config::builder().failure_rate(0.5).min_calls(4).build()?);
    /// for up in [true, true, true, false] {
    ///     let _ = breaker.call(|| if up { Ok(()) } else { Err("down") });
    /// }
    /// let seen = breaker.snapshot();
    /// assert_eq!((seen.window_calls, seen.failure_rate), (4, Some(0.25)));
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.machine.snapshot()
    }

    /// The name.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreaker, Config};
    ///
    /// assert_eq!(CircuitBreaker::new("users", Config::default()).name(), "users");
    /// ```
    #[must_use]
    pub fn name(&self) -> &str {
        self.machine.name()
    }

    /// The settings that hold now: [`reconfigure`](Self::reconfigure) and installed [`settings`](crate::settings)
    /// change them.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreaker, Config};
    ///
    /// let breaker = CircuitBreaker::new("users", Config::default());
    /// assert_eq!(breaker.config(), Config::default());
    /// ```
    #[must_use]
    pub fn config(&self) -> Config {
        self.machine.config()
    }

    /// Puts other settings in place while calls go on. The state stays, and an open circuit its deadline.
    ///
    /// The counts of the state stay too, unless the window or `slow_call_duration` changes, or in half-open one of
    /// `half_open_max_calls`, `half_open_growth` and `success_threshold`: then they begin anew, and results of calls that
    /// are under way go into the totals only.
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
        self.machine.reconfigure(Arc::new(config));
    }

    /// Opens the circuit as a failure would: it recovers by itself, and the back-off counts it. Does nothing if the
    /// circuit is open already, or in a state that was set by hand.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreaker, Config};
    ///
    /// let breaker = CircuitBreaker::new("users", Config::default());
    /// breaker.trip();
    /// assert!(breaker.try_acquire().unwrap_err().retry_after.is_some());
    /// breaker.trip();
    /// assert_eq!(breaker.snapshot().times_opened, 1);
    /// ```
    pub fn trip(&self) {
        self.machine.control(Control::Trip);
    }

    /// Opens the circuit for this long, without jitter or cap. It recovers by itself; `times_opened` counts it, the back-off
    /// does not. Zero does nothing.
    ///
    /// On an open circuit it only moves the end later, which is no transition. A state that was set by hand stays; a
    /// [`metrics_only`](Self::metrics_only) breaker reports that it would have opened.
    ///
    /// ```
    /// use std::time::Duration;
    /// use breaker_runtime::{CircuitBreaker, Config, testing::ManualClock};
    ///
    /// let breaker = CircuitBreaker::with_clock("users", Config::default(), ManualClock::new());
    /// breaker.trip_for(Duration::from_secs(5));
    /// assert_eq!(breaker.snapshot().retry_after, Some(Duration::from_secs(5)));
    /// breaker.trip_for(Duration::from_secs(2)); // not later
    /// assert_eq!(breaker.snapshot().retry_after, Some(Duration::from_secs(5)));
    /// ```
    pub fn trip_for(&self, wait: Duration) {
        if !wait.is_zero() {
            self.machine.control(Control::TripFor(to_nanos(wait)));
        }
    }

    /// Lets an open circuit admit probes now. Does nothing in any other state.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreaker, Config, State};
    ///
    /// let breaker = CircuitBreaker::new("users", Config::default());
    /// breaker.trip();
    /// breaker.half_open();
    /// assert_eq!(breaker.state(), State::HalfOpen);
    /// ```
    pub fn half_open(&self) {
        self.machine.control(Control::HalfOpen);
    }

    /// Closes an open or half-open circuit, as probes that succeed would. A state that was set by hand stays:
    /// [`reset`](Self::reset) lifts those too.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreaker, Config, State};
    ///
    /// let breaker = CircuitBreaker::new("users", Config::default());
    /// breaker.trip();
    /// breaker.close();
    /// assert_eq!(breaker.state(), State::Closed);
    /// breaker.force_open();
    /// breaker.close();
    /// assert_eq!(breaker.state(), State::ForcedOpen);
    /// ```
    pub fn close(&self) {
        self.machine.control(Control::Close);
    }

    /// Rejects every call until [`reset`](Self::reset), whatever the time.
    ///
    /// ```
    /// use std::time::Duration;
    /// use breaker_runtime::{CircuitBreaker, Config, State, testing::ManualClock};
    ///
    /// let clock = ManualClock::new();
    /// let breaker = CircuitBreaker::with_clock("users", Config::default(), clock.clone());
    /// breaker.force_open();
    /// clock.advance(Duration::from_secs(86_400));
    /// assert_eq!(breaker.try_acquire().unwrap_err().state, State::ForcedOpen);
    /// ```
    pub fn force_open(&self) {
        self.machine.force(Source::Hand, Some(ForcedMode::Open));
    }

    /// Admits every call and judges none, until [`reset`](Self::reset). The totals go on.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreaker, Config};
    ///
    /// let breaker = CircuitBreaker::new("users", Config::builder().failure_threshold(1).build()?);
    /// breaker.disable();
    /// for _ in 0..10 {
    ///     let _ = breaker.call(|| Err::<(), _>("down"));
    /// }
    /// assert_eq!((breaker.snapshot().failures, breaker.snapshot().rejected), (10, 0));
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    pub fn disable(&self) {
        self.machine.force(Source::Hand, Some(ForcedMode::Disabled));
    }

    /// Admits every call, counts, and reports to the listeners each time it would have opened
    /// ([`Reason::WouldOpen`](crate::Reason::WouldOpen)), until [`reset`](Self::reset). So settings can be tried on
    /// real traffic before they reject any of it.
    ///
    /// ```
    /// use std::sync::mpsc;
    /// use breaker_runtime::{CircuitBreaker, Config, Reason};
    ///
    /// let breaker = CircuitBreaker::new("users", Config::builder().failure_threshold(2).build()?);
    /// breaker.metrics_only();
    /// let (reasons, seen) = mpsc::channel();
    /// breaker.on_transition(move |t| reasons.send(t.reason).unwrap());
    /// for _ in 0..3 {
    ///     assert!(breaker.call(|| Err::<(), _>("down")).unwrap_err().failed().is_some());
    /// }
    /// assert_eq!(seen.try_iter().collect::<Vec<_>>(), [Reason::WouldOpen]); // once per crossing
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    pub fn metrics_only(&self) {
        self.machine.force(Source::Hand, Some(ForcedMode::MetricsOnly));
    }

    /// Closes the circuit, from whichever state, and clears its counts and the back-off. The lifetime totals stay, and so do
    /// cached values. What [`settings`](crate::settings) force is lifted until others are installed.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreaker, Config, State};
    ///
    /// let breaker = CircuitBreaker::new("users", Config::default());
    /// breaker.force_open();
    /// breaker.reset();
    /// assert_eq!(breaker.state(), State::Closed);
    /// assert_eq!(breaker.snapshot().transitions.get(State::ForcedOpen, State::Closed), 1);
    /// ```
    pub fn reset(&self) {
        self.machine.reset();
    }

    /// Tells `listener` of every transition from now on, in order and outside any lock. A listener may use the breaker;
    /// its panic is caught. It stays until [`remove_listener`](Self::remove_listener), or as long as the breaker.
    ///
    /// While a listener is slow, up to 1024 transitions wait for it; those beyond are lost, and counted in
    /// [`Transition::lost`].
    ///
    /// It runs on a thread that changes a state, mostly that of the call which brought the change about, and holds up
    /// that thread: send what takes long elsewhere.
    ///
    /// ```
    /// use std::sync::mpsc;
    /// use breaker_runtime::{CircuitBreaker, Config, State};
    ///
    /// let breaker = CircuitBreaker::new("users", Config::default());
    /// let (states, seen) = mpsc::channel();
    /// breaker.on_transition(move |t| states.send(t.to).unwrap());
    /// breaker.trip();
    /// breaker.reset();
    /// assert_eq!(seen.try_iter().collect::<Vec<_>>(), [State::Open, State::Closed]);
    /// ```
    pub fn on_transition(&self, listener: impl Fn(&Transition) + Send + Sync + 'static) -> ListenerId {
        let id = ListenerId::new();
        self.machine.subscribe(id, Arc::new(listener));
        id
    }

    /// Removes a listener of this breaker's own. Returns whether it was there. A transition that happened before may still
    /// reach it.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreaker, Config};
    ///
    /// let breaker = CircuitBreaker::new("users", Config::default());
    /// let listener = breaker.on_transition(|_| unreachable!());
    /// assert!(breaker.remove_listener(listener));
    /// breaker.trip();
    /// ```
    pub fn remove_listener(&self, listener: ListenerId) -> bool {
        self.machine.unsubscribe(listener)
    }

    /// For tests: puts another clock under the breaker, closes it and clears its counts. Listeners hear of it as of a
    /// reset. Cached values of before are not served any more. See [`testing`](crate::testing).
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use breaker_runtime::{CircuitBreaker, Config, testing::ManualClock};
    ///
    /// let breaker = CircuitBreaker::new("users", Config::default());
    /// let clock = ManualClock::new();
    /// breaker.set_clock(clock.clone());
    /// clock.advance(Duration::from_secs(5));
    /// let _ = breaker.call(|| Err::<(), _>("down"));
    /// assert_eq!(breaker.snapshot().last_failure, Some(SystemTime::UNIX_EPOCH + Duration::from_secs(5)));
    /// ```
    pub fn set_clock(&self, clock: impl Clock) {
        self.machine.set_clock(Arc::new(clock));
    }

    /// For tests: lets the jitter of the waits follow from `seed`, so that a test can repeat it.
    ///
    /// ```
    /// use std::time::Duration;
    /// use breaker_runtime::{CircuitBreaker, Config, testing::ManualClock};
    ///
    /// let config = Config::builder().jitter(0.5).build()?;
    /// let waits = [7, 7].map(|seed| {
    ///     let breaker = CircuitBreaker::with_clock("users", config.clone(), ManualClock::new());
    ///     breaker.seed_jitter(seed);
    ///     breaker.trip();
    ///     breaker.snapshot().retry_after.unwrap()
    /// });
    /// assert_eq!(waits[0], waits[1]);
    /// assert!(waits[0] > Duration::from_secs(30) && waits[0] <= Duration::from_secs(60));
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    pub fn seed_jitter(&self, seed: u64) {
        self.machine.seed_jitter(seed);
    }
}

impl Drop for CircuitBreaker {
    fn drop(&mut self) {
        self.heirs.leave(|| self.machine.lifetime());
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
