//! A recorded call.

use std::time::Duration;

use crate::outcome::Verdict;

/// A recorded call, or one that is made up.
///
/// ```
/// use std::time::Duration;
/// use breaker_runtime::{Verdict, simulation::Call};
///
/// // It began five seconds after the first one, and timed out after two.
/// let call = Call { at: Duration::from_secs(5), took: Duration::from_secs(2), verdict: Verdict::Failure };
/// assert_eq!(call.at + call.took, Duration::from_secs(7));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Call {
    /// When it was wanted: time since the start.
    pub at: Duration,
    /// How long it took. If it is admitted, it ends then.
    pub took: Duration,
    /// How it went. An [`Ignored`](Verdict::Ignored) one is neither good nor bad.
    pub verdict: Verdict,
}

/// What the record of a call says about the dependency, whether the call is admitted or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quality {
    Good,
    Bad,
    Neither,
}

impl Quality {
    pub(super) fn of(call: &Call, too_slow: Option<Duration>) -> Self {
        match call.verdict {
            Verdict::Failure => Self::Bad,
            Verdict::Success if too_slow.is_some_and(|limit| call.took > limit) => Self::Bad,
            Verdict::Success => Self::Good,
            Verdict::Ignored => Self::Neither,
        }
    }
}
