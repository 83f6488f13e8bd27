//! Since when the probes of a half-open episode owe an answer.

/// Kept under the ledger's lock.
#[derive(Clone, Copy, Debug)]
pub(super) struct ProbeWait {
    /// The first admission since the last answer; before that admission, the last answer.
    since: u64,
    is_answered: bool,
}

impl ProbeWait {
    /// An episode that no probe was admitted to yet.
    pub(super) const NONE: Self = Self { since: 0, is_answered: true };

    /// Notes that a probe was admitted.
    pub(super) fn admit(&mut self, now: u64) {
        if self.is_answered {
            *self = Self { since: now, is_answered: false };
        }
    }

    /// Notes that a probe brought an answer. A clock that was read before another's does not move the time back.
    pub(super) fn answer(&mut self, now: u64) {
        *self = Self { since: self.since.max(now), is_answered: true };
    }

    pub(super) fn since(self) -> u64 {
        self.since
    }
}
