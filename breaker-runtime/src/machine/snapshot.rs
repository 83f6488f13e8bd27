//! Builds the figures that are shown.

use std::time::{Duration, SystemTime};

use crate::{accounting::Tally, rule, snapshot::Snapshot, state::State, sync::Ordering, totals::Total, word::Word};

use super::{Ledger, Machine, NO_FAILURE};

impl Machine {
    /// The state as a reader sees it: an open breaker whose wait is over is half-open.
    pub(crate) fn state(&self) -> State {
        let word = self.word();
        if word.state() == State::Open && word.is_due(self.time.nanos()) { State::HalfOpen } else { word.state() }
    }

    /// Returns the figures, and with them the failures since the last success: those that opened the circuit while it is
    /// open or half-open.
    pub(crate) fn health_figures(&self) -> (Snapshot, u32) {
        let now = self.time.nanos();
        let mut ledger = self.ledger.lock();
        let seen = self.snapshot_in(&mut ledger, now);
        let failures = match seen.state {
            State::Open | State::HalfOpen => ledger.failures_in_a_row,
            _ => seen.consecutive_failures,
        };
        (seen, failures)
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        let now = self.time.nanos();
        self.snapshot_in(&mut self.ledger.lock(), now)
    }

    fn snapshot_in(&self, ledger: &mut Ledger, now: u64) -> Snapshot {
        let word = self.word();
        if word.is_counted() {
            self.move_window(ledger, now);
        }
        let due = word.state() == State::Open && word.is_due(now);
        self.snapshot_of(ledger, word, if due { State::HalfOpen } else { word.state() }, now)
    }

    pub(super) fn snapshot_of(&self, ledger: &Ledger, word: Word, state: State, now: u64) -> Snapshot {
        let total = |total| self.totals.read(total);
        let failed_at = self.last_failure.load(Ordering::Relaxed);
        // An open circuit shows what opened it.
        let window = if word.is_counted() || state == State::Open { ledger.records.tally() } else { Tally::default() };
        let share = |part: u64| {
            // No division by zero: `min_calls` is at least 1.
            rule::is_judged(&ledger.config, window.calls).then(|| part as f64 / window.calls as f64)
        };
        Snapshot {
            name: self.name.clone(),
            state,
            consecutive_failures: word.streak(),
            window_calls: window.calls,
            window_failures: window.failures,
            window_slow: window.slow,
            failure_rate: share(window.failures),
            slow_call_rate: share(window.slow),
            half_open_successes: word.successes().into(),
            retry_after: if state == State::Open { word.wait_left(now).map(Duration::from_nanos) } else { None },
            last_failure: (failed_at != NO_FAILURE).then(|| SystemTime::UNIX_EPOCH + Duration::from_nanos(failed_at)),
            open_since: ledger.opened.map(|opened| opened.at),
            opened_by: ledger.opened.map(|opened| opened.by),
            successes: total(Total::Successes),
            failures: total(Total::Failures),
            ignored: total(Total::Ignored),
            cancelled: total(Total::Cancelled),
            rejected: total(Total::Rejected),
            fallbacks: total(Total::Fallbacks),
            fallback_failures: total(Total::FallbackFailures),
            cached: total(Total::Cached),
            slow: total(Total::Slow),
            times_opened: ledger.times_opened,
            transitions: ledger.transitions,
        }
    }
}
