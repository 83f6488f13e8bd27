//! Records results in the sliding window, and moves it on. All of it runs under the ledger's lock.

use crate::{
    rule::{self, Completed, Ending, Rates},
    state::State,
    sync::Ordering,
    word::Word,
};

use super::{Ledger, Machine};

impl Machine {
    /// Takes a result into the window, and judges the rates if it is one that can open the circuit.
    pub(super) fn record(&self, ledger: &mut Ledger, word: Word, result: Completed, now: u64) -> Rates {
        let recorded = matches!(result.ending, Ending::Success | Ending::Failure) || result.slow;
        if !word.is_counted() || !recorded {
            return Rates::default();
        }
        self.move_window(ledger, now);
        let failed = result.ending == Ending::Failure;
        // A fast success can only lower a rate, so it opens nothing.
        let is_judged = failed || result.slow;
        if word.state() == State::Closed {
            ledger.records.record(failed, result.slow);
            let over = if is_judged { rule::rate_over(&ledger.config, ledger.records.tally()) } else { None };
            return Rates { over, were_over: false };
        }
        // Metrics-only tells of each crossing once. A rate comes back under its limit by a success, or by time.
        let were_over = ledger.rate_is_over && rule::rate_over(&ledger.config, ledger.records.tally()).is_some();
        ledger.records.record(failed, result.slow);
        let over = rule::rate_over(&ledger.config, ledger.records.tally());
        ledger.rate_is_over = over.is_some() && (is_judged || were_over);
        Rates { over: over.filter(|_| is_judged), were_over }
    }

    /// Takes the deferred successes into the window, in the bucket in which they happened, and then moves it on to `now`.
    pub(super) fn move_window(&self, ledger: &mut Ledger, now: u64) {
        ledger.records.successes(self.totals.drain_deferred(ledger.generation));
        self.bucket_ends.store(ledger.records.advance(now), Ordering::Relaxed);
    }
}
