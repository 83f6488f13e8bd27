//! Builds the figures that are shown.

use std::time::Duration;

use crate::{accounting::Tally, rule, snapshot::Snapshot, state::State, sync::Ordering, totals::Total, word::Word};

use super::{Ledger, Machine, NO_FAILURE};

impl Machine {
    /// The state as a reader sees it: an open breaker whose wait is over is half-open.
    pub(crate) fn state(&self) -> State {
        let word = self.word();
        if word.state() == State::Open && word.is_due(self.time.nanos()) { State::HalfOpen } else { word.state() }
    }

    /// Failures since the last success; those that opened it while the circuit is open or half-open.
    pub(crate) fn failures_in_a_row(&self) -> u32 {
        let ledger = self.ledger.lock();
        let word = self.word();
        match word.state() {
            State::Open | State::HalfOpen => ledger.failures_in_a_row,
            _ => word.streak(),
        }
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        let mut ledger = self.ledger.lock();
        let (word, now) = (self.word(), self.time.nanos());
        if word.is_counted() {
            self.move_window(&mut ledger, now);
        }
        let due = word.state() == State::Open && word.is_due(now);
        self.snapshot_of(&ledger, word, if due { State::HalfOpen } else { word.state() }, now)
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
            last_failure: (failed_at != NO_FAILURE).then(|| self.time.wall_at(failed_at)),
            successes: total(Total::Successes),
            failures: total(Total::Failures),
            ignored: total(Total::Ignored),
            cancelled: total(Total::Cancelled),
            rejected: total(Total::Rejected),
            fallbacks: total(Total::Fallbacks),
            cached: total(Total::Cached),
            slow: total(Total::Slow),
            times_opened: ledger.times_opened,
            transitions: ledger.transitions,
        }
    }
}
