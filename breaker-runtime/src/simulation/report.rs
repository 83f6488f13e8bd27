//! What a simulation tells.

use std::time::Duration;

use crate::{reason::Reason, state::State};

use super::{
    call::Quality,
    trouble::{Trouble, Troubles},
};

/// What would have happened, see [`simulate`](super::simulate).
///
/// All times are counted from the start. With the feature `serde` it is data, and every time a number of seconds.
///
/// ```
/// use std::time::Duration;
/// use breaker_runtime::{Config, Verdict, simulation::{Call, simulate}};
///
/// let calls = (0..10).map(|second| Call {
///     at: Duration::from_secs(second),
///     took: Duration::ZERO,
///     verdict: Verdict::Failure,
/// });
/// let report = simulate(&Config::default(), calls);
/// assert_eq!((report.calls, report.admitted, report.rejected), (10, 5, 5));
/// assert_eq!(report.openings[0].lasted, Duration::from_secs(5)); // to the end of the record
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// All calls that were wanted.
    pub calls: u64,
    /// Calls that reached the dependency.
    pub admitted: u64,
    /// Calls that were rejected.
    pub rejected: u64,
    /// Calls that reached the dependency while it failed: admitted, and their record is a failure or
    /// [too slow](super::Simulation::too_slow).
    pub failing_admitted: u64,
    /// Calls rejected that would have succeeded: rejected, and their record is a success in good time.
    pub succeeding_rejected: u64,
    /// How often the circuit opened, from closed or from half-open.
    pub openings: Vec<Opening>,
    /// When the dependency failed, and how long the circuit took to see it.
    pub outages: Vec<Outage>,
    /// The state at the end.
    pub state: State,
    /// The end of the last call that was admitted, or the beginning of the last one that was not.
    pub lasted: Duration,
}

/// A time during which the circuit was open.
///
/// ```
/// use std::time::Duration;
/// use breaker_runtime::{Config, Reason, Verdict, simulation::{Call, simulate}};
///
/// let calls = (0..10).map(|minute| Call {
///     at: Duration::from_secs(60 * minute),
///     took: Duration::ZERO,
///     verdict: Verdict::Failure,
/// });
/// let config = Config::builder().failure_threshold(1).recovery_timeout(Duration::from_secs(90)).build()?;
/// let openings = simulate(&config, calls).openings;
/// assert_eq!(openings[0].reason, Reason::ConsecutiveFailures);
/// assert_eq!(openings[1].reason, Reason::ProbeFailed);
/// assert_eq!(openings[1].at, Duration::from_secs(120)); // the first call after the wait
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Opening {
    /// When it opened.
    pub at: Duration,
    /// Why.
    pub reason: Reason,
    /// How long, until a call was admitted as a probe or the record ended.
    pub lasted: Duration,
}

/// A time during which the dependency failed, by the record alone: also of calls that were rejected here.
///
/// Bad calls are those that failed or were [too slow](super::Simulation::too_slow). It is an outage if five in a row are bad,
/// or if more than one in five are for a while; and whatever made the circuit open is one.
///
/// ```
/// use std::time::Duration;
/// use breaker_runtime::{Config, Verdict, simulation::{Call, simulate}};
///
/// let calls = (0..60).map(|second| Call {
///     at: Duration::from_secs(second),
///     took: Duration::ZERO,
///     verdict: if (20..40).contains(&second) { Verdict::Failure } else { Verdict::Success },
/// });
/// let config = Config::builder().failure_rate(0.5).window(1000).min_calls(100).build()?;
/// let [outage] = simulate(&config, calls).outages[..] else { panic!("one") };
/// assert_eq!((outage.at, outage.lasted), (Duration::from_secs(20), Some(Duration::from_secs(20))));
/// assert_eq!(outage.opened_after, None); // with sixty calls, nothing is judged
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outage {
    /// When its first bad call began.
    pub at: Duration,
    /// From there to the beginning of the first good call after it; `None` if the record ends before.
    pub lasted: Option<Duration>,
    /// From the first bad call's beginning to the opening: zero if the circuit was open already, `None` if it never opened.
    pub opened_after: Option<Duration>,
    /// From the end of the outage to the closing: zero if the circuit was closed by then, `None` if it never closed, or was
    /// never open.
    pub closed_after: Option<Duration>,
}

/// A change of state, with its time in the simulation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Change {
    pub(super) at: Duration,
    pub(super) from: State,
    pub(super) to: State,
    pub(super) reason: Reason,
}

impl Default for Report {
    /// That of no call.
    fn default() -> Self {
        Self {
            calls: 0,
            admitted: 0,
            rejected: 0,
            failing_admitted: 0,
            succeeding_rejected: 0,
            openings: Vec::new(),
            outages: Vec::new(),
            state: State::Closed,
            lasted: Duration::ZERO,
        }
    }
}

impl Report {
    pub(super) fn count(&mut self, quality: Quality, admitted: bool) {
        self.calls += 1;
        self.admitted += u64::from(admitted);
        self.rejected += u64::from(!admitted);
        self.failing_admitted += u64::from(admitted && quality == Quality::Bad);
        self.succeeding_rejected += u64::from(!admitted && quality == Quality::Good);
    }

    pub(super) fn finish(&mut self, changes: &[Change], troubles: &Troubles, lasted: Duration, state: State) {
        self.openings = openings(changes, lasted);
        self.outages = outages(changes, troubles.all());
        self.state = state;
        self.lasted = lasted;
    }
}

fn openings(changes: &[Change], end: Duration) -> Vec<Opening> {
    let ends = changes.iter().skip(1).map(|next| next.at).chain([end]);
    let opened = changes.iter().zip(ends).filter(|(change, _)| change.to == State::Open);
    opened.map(|(change, ends)| Opening { at: change.at, reason: change.reason, lasted: ends - change.at }).collect()
}

fn outages(changes: &[Change], troubles: &[Trouble]) -> Vec<Outage> {
    // The last trouble that had begun when the circuit opened is what made it open.
    let opened = |change: &&Change| change.from == State::Closed && change.to == State::Open;
    let causes = changes.iter().filter(opened).map(|opening| troubles.partition_point(|t| t.begins <= opening.at));
    let mut causes = causes.peekable();
    let mut listed = Vec::new();
    for (place, trouble) in (1..).zip(troubles) {
        let mut caused = false;
        while causes.next_if(|&cause| cause <= place).is_some() {
            caused = true;
        }
        if caused || trouble.is_outage() {
            listed.push(trouble);
        }
    }
    let nexts = listed.iter().skip(1).map(|next| Some(next.begins)).chain([None]);
    listed.iter().zip(nexts).map(|(trouble, next)| outage(changes, trouble, next)).collect()
}

/// An outage, and when the next one begins: an opening after that is not for this one.
fn outage(changes: &[Change], trouble: &Trouble, next: Option<Duration>) -> Outage {
    let opened = first(changes, State::Open, trouble.begins).filter(|&at| next.is_none_or(|next| at < next));
    let closed = trouble.ends.zip(opened).and_then(|(end, opened)| first(changes, State::Closed, end.max(opened)));
    Outage {
        at: trouble.begins,
        lasted: trouble.ends.map(|end| end - trouble.begins),
        opened_after: opened.map(|at| at - trouble.begins),
        closed_after: closed.zip(trouble.ends).map(|(at, end)| at - end),
    }
}

/// The first moment, not before this one, at which the circuit is in this state, after all that happened at that moment.
fn first(changes: &[Change], state: State, from: Duration) -> Option<Duration> {
    let later = changes.partition_point(|change| change.at <= from);
    let now = later.checked_sub(1).map_or(State::Closed, |last| changes[last].to);
    if now == state {
        return Some(from);
    }
    changes[later..].iter().find(|change| change.to == state).map(|change| change.at)
}
