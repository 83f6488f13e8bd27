//! Since when a circuit keeps callers out, and why.

use std::time::SystemTime;

use crate::{clock::Now, reason::Reason, state::State};

/// What the circuit left its closed state with. Failed probes do not change it: the outage goes on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opened {
    pub(super) at: SystemTime,
    pub(super) by: Reason,
}

impl Opened {
    /// Returns what to keep after a transition to `state`.
    pub(super) fn after(before: Option<Self>, state: State, reason: Reason, now: Now) -> Option<Self> {
        match (state, before) {
            (State::Open | State::HalfOpen | State::ForcedOpen, Some(before)) => Some(before),
            (State::Open | State::ForcedOpen, None) => Some(Self { at: now.wall, by: reason }),
            _ => None,
        }
    }
}
