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
        // A fast success can only lower a rate, so it is not judged.
        if !failed && !result.slow {
            ledger.records.record(failed, result.slow);
            return Rates::default();
        }
        // Judged anew: successes may have brought a rate back under its limit since the last failure.
        let were_over =
            word.state() == State::MetricsOnly && rule::rate_over(&ledger.config, ledger.records.tally()).is_some();
        ledger.records.record(failed, result.slow);
        Rates { were_over, over: rule::rate_over(&ledger.config, ledger.records.tally()) }
    }

    /// Takes the deferred successes into the window, in the bucket in which they happened, and then moves it on to `now`.
    pub(super) fn move_window(&self, ledger: &mut Ledger, now: u64) {
        ledger.records.successes(self.totals.drain_deferred(ledger.generation));
        self.bucket_ends.store(ledger.records.advance(now), Ordering::Relaxed);
    }
}
