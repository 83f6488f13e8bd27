//! What a result means for the state: the policy, as one pure function.

use crate::{accounting::Tally, config::Config, outcome::Verdict, reason::Reason, state::State, word::Word};

/// How an admitted call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Success,
    Failure,
    Ignored,
    Cancelled,
}

impl Ending {
    /// The name used in logs.
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

/// How an admitted call ended, and whether it took too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Completed {
    pub(crate) ending: Ending,
    /// Never of an ignored call.
    pub(crate) slow: bool,
}

/// What the window says about a result: the rates are judged by a failure or a slow call only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rates {
    /// The rate that has reached its limit.
    pub(crate) over: Option<Reason>,
    /// Whether one had at the last judgement.
    pub(crate) was_over: bool,
}

/// Why a state is left, and the counts that it is left with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cause {
    pub(crate) reason: Reason,
    pub(crate) counted: Word,
}

/// What is to be done about the word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Keep,
    Count(Word),
    /// Counts, and a metrics-only breaker would have opened here.
    Report(Word),
    /// Leaves with the word that counts the result too, for the figures of the moment.
    Enter(State, Cause),
}

/// The step for a result of the word's own generation.
///
/// | state | success | failure | slow | ignored, cancelled |
/// |---|---|---|---|---|
/// | closed | ends the streak | lengthens it; at the threshold: open | at a rate: open, as for a failure | – |
/// | half-open | counts; at the threshold: closed | open | open | gives the permit back |
/// | metrics only | ends the streak | lengthens it; at the threshold: report | at a rate: report | – |
/// | disabled | – | – | – | – |
pub(crate) fn settle(word: Word, result: Completed, rates: Rates, limits: Limits) -> Step {
    match word.state() {
        State::Closed => {
            let streak = streak_after(word, result.ending);
            let counted = word.with_streak(streak);
            if limits.streak_reached(streak) && result.ending == Ending::Failure {
                Step::Enter(State::Open, Cause { reason: Reason::ConsecutiveFailures, counted })
            } else if let Some(reason) = rates.over {
                Step::Enter(State::Open, Cause { reason, counted })
            } else {
                count(word, counted)
            }
        }
        State::MetricsOnly => {
            let streak = streak_after(word, result.ending);
            let was_over = limits.streak_reached(word.streak()) || rates.was_over;
            let is_over = limits.streak_reached(streak) || rates.over.is_some();
            let counted = word.with_streak(streak);
            if is_over && !was_over { Step::Report(counted) } else { count(word, counted) }
        }
        State::HalfOpen => match result {
            Completed { ending: Ending::Failure, .. } => {
                Step::Enter(State::Open, Cause { reason: Reason::ProbeFailed, counted: word })
            }
            Completed { slow: true, .. } => {
                Step::Enter(State::Open, Cause { reason: Reason::ProbeSlow, counted: word })
            }
            Completed { ending: Ending::Success, .. } => {
                let successes = word.successes().saturating_add(1);
                let counted = word.with_successes(successes);
                if successes >= limits.successes() {
                    Step::Enter(State::Closed, Cause { reason: Reason::ProbesSucceeded, counted })
                } else {
                    Step::Count(counted)
                }
            }
            Completed { ending: Ending::Ignored | Ending::Cancelled, .. } => {
                Step::Count(word.with_permits(word.permits().saturating_add(1)))
            }
        },
        State::Open | State::ForcedOpen | State::Disabled => Step::Keep,
    }
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

/// A manual control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Control {
    Trip,
    ForceOpen,
    Disable,
    MetricsOnly,
    Reset,
}

/// Returns the state that a control leads to; `None` where it does nothing.
pub(crate) fn control_target(state: State, control: Control) -> Option<State> {
    let target = match control {
        // As a failure would: a forced state is not left by one.
        Control::Trip => return matches!(state, State::Closed | State::HalfOpen).then_some(State::Open),
        // Also from closed to closed: it clears the counts.
        Control::Reset => return Some(State::Closed),
        Control::ForceOpen => State::ForcedOpen,
        Control::Disable => State::Disabled,
        Control::MetricsOnly => State::MetricsOnly,
    };
    (state != target).then_some(target)
}

/// The numbers that the rule asks for: `failure_threshold` (0 is off), `half_open_max_calls`, `success_threshold`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits(u64);

impl Limits {
    pub(crate) const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    pub(crate) const fn bits(self) -> u64 {
        self.0
    }

    pub(crate) fn new(config: &Config) -> Self {
        let threshold = config.failure_threshold().unwrap_or(0);
        let (permits, successes) = config.probes();
        Self(u64::from(threshold) << 32 | u64::from(permits) << 16 | u64::from(successes))
    }

    /// Whether this many failures in a row open the circuit.
    pub(crate) fn streak_reached(self, failures: u32) -> bool {
        let threshold = (self.0 >> 32) as u32;
        threshold > 0 && failures >= threshold
    }

    pub(crate) fn permits(self) -> u16 {
        (self.0 >> 16) as u16
    }

    pub(crate) fn successes(self) -> u16 {
        self.0 as u16
    }
}

/// Returns the wait after this many openings without a recovery in between, in nanoseconds. `drawn` is from 0 to 1.
pub(crate) fn wait(config: &Config, openings: u32, drawn: f64) -> u64 {
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

/// Returns the rate that these calls of the window bring to its limit.
pub(crate) fn rate_over(config: &Config, window: Tally) -> Option<Reason> {
    let Tally { calls, failures, slow } = window;
    if !is_judged(config, calls) {
        None
    } else if config.failure_share().is_some_and(|rate| rate.is_reached(failures, calls)) {
        Some(Reason::FailureRate)
    } else if config.slow_call_duration().is_some() && config.slow_call_share().is_reached(slow, calls) {
        Some(Reason::SlowCallRate)
    } else {
        None
    }
}

/// Returns whether the window holds enough calls for a rate.
pub(crate) fn is_judged(config: &Config, calls: u64) -> bool {
    calls >= u64::from(config.min_calls())
}
