//! What would have happened: a real breaker over recorded calls, on a clock of its own.
//!
//! "Which numbers?" is answered by calls that were made: take those of a bad day from a log, run them through the settings
//! of today and through others, and compare. Nothing sleeps, nothing is called, and a day of 200 calls a second takes
//! seconds.
//!
//! ```
//! use std::time::Duration;
//! use breaker_runtime::{Config, Verdict, simulation::{Call, simulate}};
//!
//! // One call a second. From the tenth to the thirtieth second each of them fails.
//! let calls = (0..120).map(|second| Call {
//!     at: Duration::from_secs(second),
//!     took: Duration::from_millis(50),
//!     verdict: if (10..30).contains(&second) { Verdict::Failure } else { Verdict::Success },
//! });
//! let config = Config::builder().failure_threshold(3).recovery_timeout(Duration::from_secs(30)).build()?;
//! let report = simulate(&config, calls);
//!
//! assert_eq!(report.openings.len(), 1);
//! assert_eq!(report.failing_admitted, 3); // the three that opened it
//! assert_eq!(report.succeeding_rejected, 13); // from the 30th second to the 42nd
//! let outage = &report.outages[0];
//! assert_eq!(outage.opened_after, Some(Duration::from_millis(2_050))); // the third failure, at 12.05 s
//! assert_eq!(outage.closed_after, Some(Duration::from_millis(15_050))); // the third probe, at 45.05 s
//! # Ok::<(), breaker_runtime::ConfigError>(())
//! ```
//!
//! # What it can tell, and what not
//! Whether a call is admitted, and what that does to the circuit, is decided by the same code as in production. How a call
//! *would have* ended is what its record says. So the load that the circuit takes off a dependency does not make it
//! recover any sooner here, and a rejected call does not come again.
//!
//! The record should be of all calls that were wanted. One that was made behind a breaker lacks those that were rejected:
//! record with [`metrics_only`](crate::CircuitBreaker::metrics_only), or at the callers.
//!
//! The `tune` example reads calls from a file and compares many settings.

use std::{
    cmp::{Ordering, Reverse},
    collections::{BinaryHeap, binary_heap::PeekMut},
    sync::Arc,
    time::Duration,
};

use parking_lot::Mutex;

use crate::{
    breaker::CircuitBreaker,
    clock::{Clock, ManualClock, to_nanos},
    config::Config,
    outcome::Verdict,
    permit::Permit,
    state::State,
};

pub use self::{
    call::Call,
    report::{Opening, Outage, Report},
};
use self::{call::Quality, report::Change, trouble::Troubles};

mod call;
mod report;
mod trouble;

/// What was decided about a call, for [`Simulation::run_with`].
///
/// ```
/// use std::time::Duration;
/// use breaker_runtime::{Config, State, Verdict, simulation::{Call, Simulation}};
///
/// let config = Config::builder().failure_threshold(1).build()?;
/// let calls = (0..3).map(|second| Call {
///     at: Duration::from_secs(second),
///     took: Duration::ZERO,
///     verdict: Verdict::Failure,
/// });
/// let mut states = Vec::new();
/// Simulation::new(&config).run_with(calls, |decision| states.push((decision.admitted, decision.state)));
/// assert_eq!(states, [(true, State::Closed), (false, State::Open), (false, State::Open)]);
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decision {
    /// The call.
    pub call: Call,
    /// Whether it reached the dependency. If not, it was rejected.
    pub admitted: bool,
    /// The state of the circuit right after the decision, before the call ends.
    pub state: State,
}

/// Runs recorded calls through a breaker with these settings, and tells what would have happened.
///
/// It is pure: the same calls and settings give the same report, jitter included, and nothing is written to a log or a
/// metric. Calls may overlap; they are taken in the order in which they begin, whatever their order here, and of two
/// things at one time a call ends before another begins. All calls are held in memory, 40 bytes each.
///
/// ```
/// use std::time::Duration;
/// use breaker_runtime::{Config, Reason, Verdict, simulation::{Call, simulate}};
///
/// let at = Duration::from_secs;
/// let calls = [0, 1, 2, 3].map(|second| Call { at: at(second), took: Duration::ZERO, verdict: Verdict::Failure });
/// let report = simulate(&Config::builder().failure_threshold(2).build()?, calls);
/// assert_eq!((report.openings[0].at, report.openings[0].reason), (at(1), Reason::ConsecutiveFailures));
/// assert_eq!((report.admitted, report.rejected), (2, 2));
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
#[must_use]
pub fn simulate(config: &Config, calls: impl IntoIterator<Item = Call>) -> Report {
    Simulation::new(config).run(calls)
}

/// A simulation with more to say than [`simulate`].
///
/// ```
/// use std::time::Duration;
/// use breaker_runtime::{Config, Verdict, simulation::{Call, Simulation}};
///
/// // The answers of the dependency are good, and take three seconds.
/// let calls = (0..60).map(|second| Call {
///     at: Duration::from_secs(second),
///     took: Duration::from_secs(3),
///     verdict: Verdict::Success,
/// });
/// let report = Simulation::new(&Config::default()).too_slow(Duration::from_secs(1)).run(calls);
/// assert_eq!(report.outages[0].opened_after, None); // an outage, which these settings do not see
/// ```
#[derive(Clone, Debug)]
#[must_use = "run it"]
pub struct Simulation<'a> {
    config: &'a Config,
    too_slow: Option<Duration>,
}

impl<'a> Simulation<'a> {
    /// A simulation of these settings.
    ///
    /// ```
    /// use breaker_runtime::{Config, simulation::Simulation};
    ///
    /// let report = Simulation::new(&Config::default()).run([]);
    /// assert_eq!((report.calls, report.openings.len()), (0, 0));
    /// ```
    pub fn new(config: &'a Config) -> Self {
        Self { config, too_slow: config.slow_call_duration() }
    }

    /// For the report, a call that takes longer is as bad as one that failed. The default is the settings' own
    /// `slow_call_duration`; give it to compare settings that differ in that. The breaker itself judges by its settings,
    /// whatever stands here.
    ///
    /// ```
    /// use std::time::Duration;
    /// use breaker_runtime::{Config, Verdict, simulation::{Call, Simulation}};
    ///
    /// let slow = Call { at: Duration::ZERO, took: Duration::from_secs(3), verdict: Verdict::Success };
    /// let config = Config::default();
    /// assert_eq!(Simulation::new(&config).run([slow]).failing_admitted, 0);
    /// assert_eq!(Simulation::new(&config).too_slow(Duration::from_secs(1)).run([slow]).failing_admitted, 1);
    /// ```
    pub fn too_slow(mut self, limit: Duration) -> Self {
        self.too_slow = Some(limit);
        self
    }

    /// Runs the calls, as [`simulate`] does.
    ///
    /// ```
    /// use std::time::Duration;
    /// use breaker_runtime::{Config, Verdict, simulation::{Call, Simulation}};
    ///
    /// let calls = [Call { at: Duration::ZERO, took: Duration::from_millis(5), verdict: Verdict::Success }];
    /// let report = Simulation::new(&Config::default()).run(calls);
    /// assert_eq!(report.lasted, Duration::from_millis(5));
    /// ```
    #[must_use]
    pub fn run(&self, calls: impl IntoIterator<Item = Call>) -> Report {
        self.run_with(calls, |_| ())
    }

    /// Runs the calls and shows each decision, in the order of the calls' beginnings: for a picture. Events that `each`
    /// writes with `tracing` are not recorded, as those of the breaker are not.
    ///
    /// ```
    /// use std::time::Duration;
    /// use breaker_runtime::{Config, Verdict, simulation::{Call, Simulation}};
    ///
    /// let call = |second| Call { at: Duration::from_secs(second), took: Duration::ZERO, verdict: Verdict::Failure };
    /// let mut rejected = Vec::new();
    /// let report = Simulation::new(&Config::default()).run_with((0..8).map(call), |decision| {
    ///     if !decision.admitted {
    ///         rejected.push(decision.call.at.as_secs());
    ///     }
    /// });
    /// assert_eq!(rejected, [5, 6, 7]);
    /// assert_eq!(report.rejected, 3);
    /// ```
    pub fn run_with(&self, calls: impl IntoIterator<Item = Call>, each: impl FnMut(&Decision)) -> Report {
        let mut calls: Vec<Call> = calls.into_iter().collect();
        calls.sort_by_key(|call| call.at);
        without_events(|| self.replay(&calls, each))
    }

    fn replay(&self, calls: &[Call], mut each: impl FnMut(&Decision)) -> Report {
        let clock = ManualClock::new();
        let breaker = CircuitBreaker::with_clock("simulation", self.config.clone(), clock.clone());
        breaker.seed_jitter(0);
        let changes = listen(&breaker, &clock);
        let mut report = Report::default();
        let mut troubles = Troubles::default();
        let mut running = BinaryHeap::new();

        for (order, &call) in calls.iter().enumerate() {
            let begins = to_nanos(call.at);
            // One that ends as this call begins has ended: its result was there to be seen.
            while let Some(first) = running.peek_mut().filter(|first: &PeekMut<'_, Running<'_>>| first.ends <= begins) {
                PeekMut::pop(first).end(&clock);
            }
            move_to(&clock, begins);
            let quality = Quality::of(&call, self.too_slow);
            troubles.see(Duration::from_nanos(begins), quality);
            let permit = breaker.try_acquire().ok();
            let admitted = permit.is_some();
            report.count(quality, admitted);
            if let Some(permit) = permit {
                let ends = to_nanos(call.at.saturating_add(call.took));
                running.push(Running { ends, order, permit, verdict: call.verdict });
            }
            each(&Decision { call, admitted, state: breaker.state() });
        }
        while let Some(last) = running.pop() {
            last.end(&clock);
        }
        report.finish(&changes.lock(), &troubles, Duration::from_nanos(clock.nanos()), breaker.state());
        report
    }
}

/// An admitted call that has not ended yet.
struct Running<'a> {
    ends: u64,
    order: usize,
    permit: Permit<'a>,
    verdict: Verdict,
}

impl Running<'_> {
    fn end(self, clock: &ManualClock) {
        move_to(clock, self.ends);
        self.permit.settle(self.verdict);
    }

    /// The one that ends first is the greatest, as the heap wants it; of two that end together, the one that began first.
    fn key(&self) -> Reverse<(u64, usize)> {
        Reverse((self.ends, self.order))
    }
}

impl Ord for Running<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl PartialOrd for Running<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Running<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Running<'_> {}

/// The clock only goes forward: events come in the order of their time.
fn move_to(clock: &ManualClock, nanos: u64) {
    clock.advance(Duration::from_nanos(nanos.saturating_sub(clock.nanos())));
}

/// Writes down each change of state with its time.
fn listen(breaker: &CircuitBreaker, clock: &ManualClock) -> Arc<Mutex<Vec<Change>>> {
    let changes: Arc<Mutex<Vec<Change>>> = Arc::default();
    let (log, clock) = (Arc::clone(&changes), clock.clone());
    breaker.on_transition(move |t| {
        let at = Duration::from_nanos(clock.nanos());
        log.lock().push(Change { at, from: t.from, to: t.to, reason: t.reason });
    });
    changes
}

/// What happens here only would have happened: no log may tell of it.
///
/// A dispatcher that is registered, not `Dispatch::none()`: while only one is registered, a new event asks the current
/// one alone whether it will ever be recorded, and the answer of none would hold for the events of real breakers too.
#[cfg(feature = "tracing")]
fn without_events<T>(run: impl FnOnce() -> T) -> T {
    ::tracing::subscriber::with_default(::tracing::subscriber::NoSubscriber::default(), run)
}

#[cfg(not(feature = "tracing"))]
fn without_events<T>(run: impl FnOnce() -> T) -> T {
    run()
}
