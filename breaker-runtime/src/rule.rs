//! What a result means for the state: the policy, as one pure function.

use crate::{Config, Reason, State, Verdict, word::Word};

/// How an admitted call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Success,
    Failure,
    Ignored,
    Cancelled,
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

/// What is to be done about the word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Keep,
    Count(Word),
    /// Counts, and a metrics-only breaker would have opened here.
    Report(Word),
    Enter(State, Reason),
}

/// The step for a result of the word's own generation.
///
/// | state | success | failure | ignored, cancelled |
/// |---|---|---|---|
/// | closed | ends the streak | lengthens it; at the threshold: open | – |
/// | half-open | counts; at the threshold: closed | open | gives the permit back |
/// | metrics only | ends the streak | lengthens it; at the threshold: report | – |
/// | disabled | – | – | – |
pub(crate) fn settle(word: Word, ending: Ending, config: &Config) -> Step {
    match (word.state(), ending) {
        (State::Closed | State::MetricsOnly, Ending::Success) if word.streak() > 0 => Step::Count(word.with_streak(0)),
        (State::Closed, Ending::Failure) => {
            let streak = word.streak().saturating_add(1);
            if streak >= config.failure_threshold() {
                Step::Enter(State::Open, Reason::ConsecutiveFailures)
            } else {
                Step::Count(word.with_streak(streak))
            }
        }
        (State::MetricsOnly, Ending::Failure) => {
            let streak = word.streak().saturating_add(1);
            let counted = word.with_streak(streak);
            let crossed = word.streak() < config.failure_threshold() && streak >= config.failure_threshold();
            if crossed { Step::Report(counted) } else { Step::Count(counted) }
        }
        (State::HalfOpen, Ending::Success) => {
            let successes = word.successes().saturating_add(1);
            if u32::from(successes) >= config.success_threshold() {
                Step::Enter(State::Closed, Reason::ProbesSucceeded)
            } else {
                Step::Count(word.with_successes(successes))
            }
        }
        (State::HalfOpen, Ending::Failure) => Step::Enter(State::Open, Reason::ProbeFailed),
        (State::HalfOpen, Ending::Ignored | Ending::Cancelled) => {
            Step::Count(word.with_permits(word.permits().saturating_add(1)))
        }
        _ => Step::Keep,
    }
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
