//! What happens to a node, and what it wants done.

use std::sync::Arc;

use crate::fleet::{
    change::Change,
    engine::{Changed, EngineError, Message, Poll, Polled},
    mode::Mode,
};

/// A circuit's name as it is written.
pub(crate) type Key = Arc<str>;

#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// A breaker takes part from now on.
    Joined(Key, Local),
    /// It does so no more.
    Left(Key),
    /// How a breaker is, after it changed or because it was asked for.
    Local(Key, Local),
    /// A session began.
    Connected,
    /// It could not begin.
    ConnectFailed(EngineError),
    /// It is over.
    Lost,
    /// What came of [`Action::Poll`].
    Polled(Result<Polled, EngineError>),
    /// What came of [`Action::Change`].
    Changed(Key, Asked, Result<Changed, EngineError>),
    /// A row was published.
    Heard(Message),
    /// Something was published that makes no sense.
    Malformed,
    /// Time has passed.
    Tick,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Action {
    /// Keep the circuit open for so many milliseconds at least.
    TripFor(Key, u64),
    HalfOpen(Key),
    Close(Key),
    /// Force it for the fleet, or lift what the fleet forced.
    Force(Key, Option<Mode>),
    /// Tell how the breaker is.
    Look(Key),
    /// Begin a session.
    Connect,
    /// End it.
    Disconnect,
    Poll(Poll),
    Change(Key, Asked, Box<Change>),
    Notice(Notice),
}

/// Which of its changes an answer belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    Vote,
    Lease,
    Renewal,
    Settle,
    Restore,
}

/// Something worth an event for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    Connected {
        live: u64,
    },
    Degraded {
        why: String,
    },
    Opened(Key),
    Closed(Key),
    Probing {
        key: Key,
        node: String,
    },
    Overridden {
        key: Key,
        mode: Option<Mode>,
        by: String,
        because: String,
    },
    /// This node opened it, and not enough others did.
    Outlier(Key),
    Malformed {
        total: u64,
    },
    Declined {
        why: String,
    },
    /// A breaker whose name is too long.
    NotShared {
        name: String,
    },
}

/// How a breaker is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Local {
    pub(crate) state: LocalState,
    /// Milliseconds until it admits probes; `None` if it is not open, or never.
    pub(crate) left: Option<u64>,
    /// Calls rejected, ever.
    pub(crate) rejected: u64,
    /// Calls answered, ever.
    pub(crate) answered: u64,
    /// Whether a call is under way in this half-open episode.
    pub(crate) busy: bool,
    /// Whether it is closed because its probes succeeded.
    pub(crate) recovered: bool,
    pub(crate) waits: Waits,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LocalState {
    Closed,
    Open,
    HalfOpen,
    /// By whomever: nothing of the fleet's automatic state reaches it.
    Forced,
}

/// How long it waits after each opening, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Waits {
    pub(crate) first: u64,
    pub(crate) multiplier: f64,
    pub(crate) max: u64,
}

impl Waits {
    /// The wait after so many openings without a recovery.
    pub(crate) fn after(self, openings: u64) -> u64 {
        let grown = self.first as f64 * self.multiplier.powf(openings.saturating_sub(1) as f64);
        // A cast from a float saturates.
        (grown as u64).min(self.max)
    }
}

#[cfg(test)]
mod tests {
    use super::Waits;

    #[test]
    fn waits_grow_up_to_their_limit() {
        let waits = Waits { first: 1_000, multiplier: 2.0, max: 5_000 };
        assert_eq!([0, 1, 2, 3, 4, u64::MAX].map(|n| waits.after(n)), [1_000, 1_000, 2_000, 4_000, 5_000, 5_000]);
        assert_eq!(Waits { first: u64::MAX, multiplier: 1.0, max: 7 }.after(3), 7);
    }
}
