//! What a result means for the state: the policy, as one pure function.

use crate::{Reason, State, Verdict, machine::Limits, word::Word};

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
pub(crate) struct Ended {
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
pub(crate) fn settle(word: Word, result: Ended, rates: Rates, limits: Limits) -> Step {
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
            Ended { ending: Ending::Failure, .. } => {
                Step::Enter(State::Open, Cause { reason: Reason::ProbeFailed, counted: word })
            }
            Ended { slow: true, .. } => Step::Enter(State::Open, Cause { reason: Reason::ProbeSlow, counted: word }),
            Ended { ending: Ending::Success, .. } => {
                let successes = word.successes().saturating_add(1);
                let counted = word.with_successes(successes);
                if successes >= limits.successes() {
                    Step::Enter(State::Closed, Cause { reason: Reason::ProbesSucceeded, counted })
                } else {
                    Step::Count(counted)
                }
            }
            Ended { ending: Ending::Ignored | Ending::Cancelled, .. } => {
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
pub(crate) enum Command {
    Trip,
    ForceOpen,
    Disable,
    MetricsOnly,
    Reset,
}

/// The state that a command leads to; `None` where it does nothing.
pub(crate) fn obey(state: State, command: Command) -> Option<State> {
    let target = match command {
        // As a failure would: a forced state is not left by one.
        Command::Trip => return matches!(state, State::Closed | State::HalfOpen).then_some(State::Open),
        // Also from closed to closed: it clears the counts.
        Command::Reset => return Some(State::Closed),
        Command::ForceOpen => State::ForcedOpen,
        Command::Disable => State::Disabled,
        Command::MetricsOnly => State::MetricsOnly,
    };
    (state != target).then_some(target)
}
