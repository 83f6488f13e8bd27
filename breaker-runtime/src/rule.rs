//! The policy, as pure functions: what a result, a control or the time means for the state.
//!
//! The rules, and the function that keeps each:
//!
//! | rule | kept by |
//! |---|---|
//! | 1. A rate is judged by a failure or a slow call only, never by a fast success; `>=` reaches it | [`rate_over`], `machine::window::record` |
//! | 2. An ignored call is neutral: no window, no end of a streak; its half-open permit comes back | [`settle`], [`settle_probe`] |
//! | 3. A success ends a streak; a window of calls holds the last N, one of time ten buckets | [`settle`], `accounting` |
//! | 4. Each transition starts a generation; a result of an older one changes nothing but totals | `machine::transition`, [`Word::issued`] |
//! | 5. Half-open admits its permits; a failed or slow probe opens, enough successes close; an episode without an answer fails | [`settle_probe`], `machine::probes` |
//! | 5a. A call inside a probe of the same breaker rides on it: no permit, and it decides nothing | `probe_scope`, `machine::probes` |
//! | 6. Open becomes half-open when its wait is over; openings without a recovery lengthen the wait | [`Word::is_due`], [`back_off`], [`wait_of`] |
//! | 7. A panic of the call's own body is a failure, a dropped call is cancelled | `permit`, `guarded_call` |
//! | 8. Settings may change while calls go on; only what makes counts incomparable starts a generation | [`restarts_counts`] |
//! | 8a. Controls: what each does in which state; a control by hand has priority over the fleet, the fleet over a file | [`control_target`], [`Forced`] |
//! | 9. A rejected call is in no window | `machine::admission` |
//! | 10. Each admitted call ends exactly once: success, failure, ignored or cancelled | `permit`, `guarded_call` |

use std::time::Duration;

use crate::{
    accounting::Tally, clock::to_nanos, config::Config, outcome::Verdict, reason::Reason, state::State, word::Word,
};

pub(crate) use self::forced::{Forced, ForcedMode, Source};

mod forced;

/// How an admitted call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Success,
    Failure,
    Ignored,
    Cancelled,
}

impl Ending {
    /// Returns the name used in logs.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Ignored => "ignored",
            Self::Cancelled => "cancelled",
        }
    }
}

impl From<Verdict> for Ending {
    #[inline]
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Success => Self::Success,
            Verdict::Failure => Self::Failure,
            Verdict::Ignored => Self::Ignored,
        }
    }
}

/// How an admitted call ended, and what else is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Completed {
    pub(crate) ending: Ending,
    /// Never of an ignored call.
    pub(crate) slow: bool,
    /// Nanoseconds for which a failed dependency asked to be left alone; 0 if it did not ask.
    pub(crate) retry_after: u64,
}

/// What the window says about a result. The rates are judged by a failure or a slow call only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rates {
    /// The rate that has reached its limit with this result.
    pub(crate) over: Option<Reason>,
    /// Whether a rate was over its limit just before this result.
    pub(crate) were_over: bool,
}

/// Why a state is left, and the counts that it is left with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cause {
    pub(crate) reason: Reason,
    pub(crate) counted: Word,
}

/// The state to enter, with what it begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Closed,
    Open(Wait),
    /// With all permits free, or with the first one taken already.
    HalfOpen {
        takes_first_permit: bool,
    },
    Forced(ForcedMode),
}

/// How long an opening lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    /// The back-off's wait, but at least so many nanoseconds, up to `max_recovery_timeout`.
    BackOff { at_least: u64 },
    /// So many nanoseconds, which the back-off does not count.
    Exactly(u64),
}

/// What is to be done about the word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Keep,
    Count(Word),
    /// Counts, and a metrics-only breaker would have opened here.
    Report(Word),
    /// Leaves with the word that counts the result too, for the figures of the moment.
    Enter(Target, Cause),
}

/// Returns the step for a result of the word's own generation, in a state that counts results.
///
/// | state | success | failure | slow | ignored, cancelled |
/// |---|---|---|---|---|
/// | closed | ends the streak | lengthens it; at the threshold, or with a `retry_after`: open | at a rate: open, as for a failure | – |
/// | metrics only | ends the streak | lengthens it; at the threshold, or with a `retry_after`: report | at a rate: report | – |
/// | any other | – | – | – | – |
pub(crate) fn settle(word: Word, result: Completed, rates: Rates, threshold: Threshold) -> Step {
    let streak = streak_after(word, result.ending);
    let counted = word.with_streak(streak);
    let failed = result.ending == Ending::Failure;
    let asked = failed && result.retry_after > 0;
    match word.state() {
        State::Closed => {
            let reason = if asked {
                Some(Reason::RetryAfter)
            } else if failed && threshold.is_reached(streak) {
                Some(Reason::ConsecutiveFailures)
            } else {
                rates.over
            };
            match reason {
                Some(reason) => open(reason, counted, result),
                None => count(word, counted),
            }
        }
        State::MetricsOnly => {
            // Each crossing once: successes may bring a rate back under its limit before it is crossed again.
            let was_over = threshold.is_reached(word.streak()) || rates.were_over;
            let is_over = threshold.is_reached(streak) || rates.over.is_some();
            if asked || is_over && !was_over { Step::Report(counted) } else { count(word, counted) }
        }
        State::HalfOpen | State::Open | State::ForcedOpen | State::Disabled => Step::Keep,
    }
}

/// Returns the step for the result of a probe of the word's own episode. `timed_out` says whether the episode's probes have
/// brought no answer for `probe_timeout`.
///
/// | success | failure | slow | ignored | cancelled |
/// |---|---|---|---|---|
/// | counts, and admits `half_open_growth` more; at the threshold: closed | open | open | gives the permit back | gives it back; if the probes timed out: open |
pub(crate) fn settle_probe(word: Word, result: Completed, timed_out: bool, probes: ProbeLimits) -> Step {
    match result {
        Completed { ending: Ending::Failure, .. } => open(Reason::ProbeFailed, word, result),
        Completed { slow: true, .. } => open(Reason::ProbeSlow, word, result),
        Completed { ending: Ending::Success, .. } => {
            let successes = word.successes().saturating_add(1);
            let permits = word.permits().saturating_add(probes.growth);
            let counted = word.with_successes(successes).with_permits(permits);
            if successes >= probes.successes {
                Step::Enter(Target::Closed, Cause { reason: Reason::ProbesSucceeded, counted })
            } else {
                Step::Count(counted)
            }
        }
        Completed { ending: Ending::Cancelled, .. } if timed_out => open(Reason::ProbesTimedOut, word, result),
        Completed { ending: Ending::Ignored | Ending::Cancelled, .. } => {
            Step::Count(word.with_permits(word.permits().saturating_add(1)))
        }
    }
}

fn open(reason: Reason, counted: Word, result: Completed) -> Step {
    Step::Enter(Target::Open(Wait::BackOff { at_least: result.retry_after }), Cause { reason, counted })
}

fn streak_after(word: Word, ending: Ending) -> u32 {
    match ending {
        Ending::Success => 0,
        Ending::Failure => word.streak().saturating_add(1),
        Ending::Ignored | Ending::Cancelled => word.streak(),
    }
}

fn count(word: Word, next: Word) -> Step {
    if next == word { Step::Keep } else { Step::Count(next) }
}

/// A control that changes the automatic state. What forces a state is in [`Forced`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Control {
    /// Opens as a failure would.
    Trip,
    /// Opens for so many nanoseconds.
    TripFor(u64),
    HalfOpen,
    Close,
}

/// What a control comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Controlled {
    Nothing,
    Enter(Target),
    /// Moves the end of the open state, if that is later.
    Extend(u64),
    /// A metrics-only breaker would have opened.
    Report,
}

/// Returns what a control does in a state.
///
/// | control | closed | half-open | open | metrics only | forced open, disabled |
/// |---|---|---|---|---|---|
/// | trip | open | open | – | – | – |
/// | trip for a time | open | open | moves the end, only to later | report | – |
/// | half-open | – | – | half-open | – | – |
/// | close | – | closed | closed | – | – |
pub(crate) fn control_target(state: State, control: Control) -> Controlled {
    match (control, state) {
        (Control::Trip, State::Closed | State::HalfOpen) => {
            Controlled::Enter(Target::Open(Wait::BackOff { at_least: 0 }))
        }
        (Control::TripFor(nanos), State::Closed | State::HalfOpen) => {
            Controlled::Enter(Target::Open(Wait::Exactly(nanos)))
        }
        (Control::TripFor(nanos), State::Open) => Controlled::Extend(nanos),
        (Control::TripFor(_), State::MetricsOnly) => Controlled::Report,
        (Control::HalfOpen, State::Open) => Controlled::Enter(Target::HalfOpen { takes_first_permit: false }),
        (Control::Close, State::Open | State::HalfOpen) => Controlled::Enter(Target::Closed),
        _ => Controlled::Nothing,
    }
}

/// `failure_threshold`; 0 is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Threshold(pub(crate) u32);

impl Threshold {
    /// Returns whether this many failures in a row open the circuit.
    pub(crate) fn is_reached(self, failures: u32) -> bool {
        self.0 > 0 && failures >= self.0
    }
}

/// The numbers of a half-open episode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ProbeLimits {
    /// `half_open_max_calls`.
    pub(crate) permits: u16,
    /// `success_threshold`.
    pub(crate) successes: u16,
    /// `half_open_growth`.
    pub(crate) growth: u16,
}

impl ProbeLimits {
    pub(crate) fn of(config: &Config) -> Self {
        let (permits, successes) = config.probes();
        // Checked to fit when the settings were built.
        let growth = u16::try_from(config.half_open_growth()).unwrap_or(u16::MAX);
        Self { permits, successes, growth }
    }
}

/// Returns the wait after this many openings without a recovery in between, in nanoseconds. `drawn` is from 0 to 1.
pub(crate) fn back_off(config: &Config, openings: u32, drawn: f64) -> u64 {
    let first = config.recovery_timeout().as_nanos();
    let longest = config.max_recovery_timeout().as_nanos();
    let wait = if openings == 0 || config.backoff_multiplier() == 1.0 {
        first
    } else {
        let exponent = i32::try_from(openings).unwrap_or(i32::MAX);
        // A float's conversion saturates, also from infinity.
        ((first as f64 * config.backoff_multiplier().powi(exponent)) as u128).min(longest)
    };
    let shortened = (wait as f64 * config.jitter() * drawn) as u128;
    u64::try_from(wait.saturating_sub(shortened)).unwrap_or(u64::MAX)
}

/// Returns the nanoseconds that an opening lasts.
pub(crate) fn wait_of(wait: Wait, config: &Config, openings: u32, drawn: f64) -> u64 {
    match wait {
        Wait::BackOff { at_least } => {
            back_off(config, openings, drawn).max(at_least.min(to_nanos(config.max_recovery_timeout())))
        }
        Wait::Exactly(nanos) => nanos,
    }
}

/// Returns whether probes that have brought no answer since then have timed out.
pub(crate) fn probes_timed_out(since: u64, now: u64, probe_timeout: Duration) -> bool {
    let timeout = to_nanos(probe_timeout);
    timeout != u64::MAX && now.saturating_sub(since) >= timeout
}

/// Returns the rate that these calls of the window bring to its limit.
pub(crate) fn rate_over(config: &Config, window: Tally) -> Option<Reason> {
    let Tally { calls, failures, slow } = window;
    if !is_judged(config, calls) {
        None
    } else if config.failure_rate().is_some_and(|rate| is_reached(rate, failures, calls)) {
        Some(Reason::FailureRate)
    } else if config.slow_call_duration().is_some() && is_reached(config.slow_call_rate(), slow, calls) {
        Some(Reason::SlowCallRate)
    } else {
        None
    }
}

/// Returns whether `part` of `whole` calls is at least this share. One rounding on each side, so that a rate that was written
/// as `k / n` is reached by `k` of `n` calls.
fn is_reached(share: f64, part: u64, whole: u64) -> bool {
    let (part, whole) = (part as f64, whole as f64);
    // What is clearly less, as nearly all is, needs no division. None by zero: `min_calls` is at least 1.
    part >= share * whole * 0.999 && part / whole >= share
}

/// Returns whether the window holds enough calls for a rate.
pub(crate) fn is_judged(config: &Config, calls: u64) -> bool {
    calls >= u64::from(config.min_calls())
}

/// Returns whether a reload in this state makes the counts of before incomparable, so that they begin anew.
pub(crate) fn restarts_counts(state: State, old: &Config, new: &Config) -> bool {
    old.window() != new.window()
        || old.slow_call_duration() != new.slow_call_duration()
        || state == State::HalfOpen && ProbeLimits::of(old) != ProbeLimits::of(new)
}
