//! What a result does.

use crate::{
    rule::{self, Ended, Ending, Rates, Step},
    sync::Ordering,
    totals::Total,
    trace,
    word::{Ticket, Word},
};

use super::{Admission, Ledger, Machine};

impl Machine {
    /// A call that is timed, recorded in a window, told to a span, or that is no plain success.
    #[inline(never)]
    pub(super) fn settle_with_care(&self, admission: Admission, ending: Ending) {
        let Admission { ticket, started } = admission;
        let mode = self.dials.mode();
        let ending = if ending == Ending::Cancelled && mode.cancel_fails() { Ending::Failure } else { ending };
        let (mut now, mut slow) = (None, false);
        if mode.has_moments() {
            let (slow_at, bucket_ends) = (self.slow_at(started), self.bucket_ends.load(Ordering::Relaxed));
            let time = self.time.toward(slow_at.min(bucket_ends));
            now = Some(time);
            slow = time > slow_at && ending != Ending::Ignored;
        }
        // A rate is not judged by a fast success, so it need not enter the window now: no lock, and unless there is a streak
        // to end, a line of this thread's own.
        let waits = ending == Ending::Success
            && !slow
            && mode.has_window()
            && now.is_none_or(|now| now < self.bucket_ends.load(Ordering::Relaxed))
            && self.ends_streak(ticket)
            && self.totals.add_fresh_success(ticket.generation());
        if !waits {
            self.settle_with_effect(ticket, Ended { ending, slow }, now);
        }
        if mode.is_told() {
            trace::outcome(ending.as_str());
        }
    }

    /// Forgets the failures in a row, if there are any. `false`: the circuit is no longer closed as it was, or not at all.
    fn ends_streak(&self, ticket: Ticket) -> bool {
        loop {
            let word = self.word();
            if word.is_clean(ticket) {
                return true;
            }
            let clean = word.with_streak(0);
            if !clean.is_clean(ticket) {
                return false;
            }
            if self.swap(word, clean) {
                return true;
            }
        }
    }

    /// A call that began then is slow if it ends later than this.
    fn slow_at(&self, started: u64) -> u64 {
        started.saturating_add(self.dials.slow_after())
    }

    /// Totals the result, and lets it act on the window and the state, unless it is of an older generation.
    #[cold]
    fn settle_with_effect(&self, ticket: Ticket, result: Ended, now: Option<u64>) {
        self.totals.add(match result.ending {
            Ending::Success => Total::Successes,
            Ending::Failure => Total::Failures,
            Ending::Ignored => Total::Ignored,
            Ending::Cancelled => Total::Cancelled,
        });
        if result.slow {
            self.totals.add(Total::Slow);
        }
        if result.ending == Ending::Failure {
            self.last_failure.store(now.unwrap_or_else(|| self.time.rough()), Ordering::Relaxed);
        }
        if !self.dials.mode().has_window() {
            self.settle_word(ticket, result);
        } else if self.settle_window(ticket, result, now.unwrap_or(0)) {
            self.deliver();
        }
    }

    /// Without a window, a count within the state is one compare-exchange.
    fn settle_word(&self, ticket: Ticket, result: Ended) {
        loop {
            let word = self.word();
            if !word.issued(ticket) {
                return;
            }
            let done = match rule::settle(word, result, Rates::default(), self.dials.limits()) {
                Step::Keep => true,
                Step::Count(next) => self.swap(word, next),
                Step::Report(next) => self.report(word, next),
                Step::Enter(state, cause) => self.enter(word, state, cause),
            };
            if done {
                return;
            }
        }
    }

    /// With one, window and word change under one lock. Only an admission may come between, and a success that ends the
    /// streak: calls that overlap have no order. Tells whether there is something to deliver.
    fn settle_window(&self, ticket: Ticket, result: Ended, now: u64) -> bool {
        let mut ledger = self.ledger.lock();
        let mut rates = None;
        loop {
            let word = self.word();
            if !word.issued(ticket) {
                return false;
            }
            let rates = *rates.get_or_insert_with(|| self.record(&mut ledger, word, result, now));
            let done = match rule::settle(word, result, rates, self.dials.limits()) {
                Step::Keep => return false,
                Step::Count(next) if self.swap(word, next) => return false,
                Step::Count(_) => false,
                Step::Report(next) => self.report_in(&mut ledger, word, next),
                Step::Enter(state, cause) => self.enter_in(&mut ledger, word, state, cause),
            };
            if done {
                return true;
            }
        }
    }

    /// Takes a result into the window, and judges the rates if it is one that can open the circuit.
    fn record(&self, ledger: &mut Ledger, word: Word, result: Ended, now: u64) -> Rates {
        let recorded = matches!(result.ending, Ending::Success | Ending::Failure) || result.slow;
        if !word.is_counted() || !recorded {
            return Rates::default();
        }
        self.move_window(ledger, now);
        let failed = result.ending == Ending::Failure;
        ledger.records.record(failed, result.slow);
        let was_over = ledger.rate_is_over;
        let over = if failed || result.slow { ledger.config.rate_over(ledger.records.tally()) } else { None };
        if failed || result.slow {
            ledger.rate_is_over = over.is_some();
        }
        Rates { was_over, over }
    }

    /// Takes the successes that waited into the window, in the bucket in which they happened, and moves it on.
    pub(super) fn move_window(&self, ledger: &mut Ledger, now: u64) {
        ledger.records.successes(self.totals.take_fresh(ledger.generation));
        self.bucket_ends.store(ledger.records.advance(now), Ordering::Relaxed);
    }
}
