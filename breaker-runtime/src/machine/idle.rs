//! Whether a family can do without the breaker of a key.

use crate::{state::State, sync::Ordering};

use super::Machine;

/// How easily a family can do without a breaker; the first go first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rank {
    /// Closed, and without a failure in its counts.
    Clean,
    /// Closed, with failures.
    Failed,
    /// Open or half-open: the wait is over, and nobody called since.
    Due,
}

impl Machine {
    /// Returns the rank, with the word that it was judged by; `None` if the breaker keeps callers out, or is forced. Reads
    /// the clock if it must.
    pub(crate) fn rank(&self) -> Option<(Rank, u64)> {
        let word = self.word();
        let rank = match word.state() {
            State::Closed if word.streak() > 0 => Rank::Failed,
            State::Closed if self.window_failures() > 0 => Rank::Failed,
            State::Closed => Rank::Clean,
            State::Open if word.is_due(self.time.nanos()) => Rank::Due,
            State::HalfOpen if self.is_abandoned() => Rank::Due,
            State::Open | State::HalfOpen | State::ForcedOpen | State::Disabled | State::MetricsOnly => return None,
        };
        Some((rank, word.bits()))
    }

    /// Whether the word is still that one.
    pub(crate) fn is_as_judged(&self, word: u64) -> bool {
        self.word().bits() == word
    }

    fn window_failures(&self) -> u64 {
        let flags = self.hot.flags();
        if !flags.has_window() {
            return 0;
        }
        let now = if flags.needs_end_time() { self.time.nanos() } else { 0 };
        let mut ledger = self.ledger.lock();
        // The window of a circuit that has opened meanwhile stands still.
        if self.word().is_counted() {
            self.move_window(&mut ledger, now);
        }
        ledger.records.tally().failures
    }

    /// Whether the probes of a half-open circuit have stood still for as long as it was open.
    fn is_abandoned(&self) -> bool {
        let now = self.time.nanos();
        let wait = self.wait.load(Ordering::Relaxed);
        now >= self.ledger.lock().probe_wait.since().saturating_add(wait)
    }
}
