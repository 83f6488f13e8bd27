//! Applies the result of an admitted call.

use crate::{
    rule::{self, Completed, Ending, Rates, Step},
    sync::Ordering,
    totals::Total,
    trace,
    word::Ticket,
};

use super::{Admission, Machine};

impl Machine {
    /// Settles a call that is timed, recorded in a window, told to a span, or that is no plain success.
    #[inline(never)]
    pub(super) fn settle_slow(&self, admission: Admission, ending: Ending) {
        let Admission { ticket, started } = admission;
        let flags = self.hot.flags();
        let ending = if ending == Ending::Cancelled && flags.cancel_fails() { Ending::Failure } else { ending };
        let (mut now, mut slow) = (None, false);
        if flags.needs_end_time() {
            let (slow_at, bucket_ends) = (self.slow_at(started), self.bucket_ends.load(Ordering::Relaxed));
            // Exact where it decides: at the limit of a slow call, and at the end of a bucket.
            let time = self.time.nanos_near(slow_at.min(bucket_ends));
            now = Some(time);
            slow = time > slow_at && ending != Ending::Ignored;
        }
        // A fast success judges no rate, so it need not enter the window now. It is deferred to a line of this thread's own,
        // without the lock, unless a streak has to end, the bucket is over, or the line counts another generation.
        let is_deferred = ending == Ending::Success
            && !slow
            && flags.has_window()
            && now.is_none_or(|now| now < self.bucket_ends.load(Ordering::Relaxed))
            && self.ends_streak(ticket)
            && self.totals.defer_success(ticket.generation());
        if !is_deferred {
            self.settle_counted(ticket, Completed { ending, slow }, now);
        }
        if flags.records_outcome() {
            trace::outcome(ending.as_str());
        }
    }

    /// Forgets the failures in a row, if there are any. Returns false if the circuit is not closed in the ticket's generation.
    fn ends_streak(&self, ticket: Ticket) -> bool {
        loop {
            let word = self.word();
            if word.is_clean(ticket) {
                return true;
            }
            let clean = word.with_streak(0);
            // Another state or generation: the slow path finds out what the result means there.
            if !clean.is_clean(ticket) {
                return false;
            }
            // Fails if another failure lengthened the streak meanwhile, or the state changed: look again.
            if self.swap(word, clean) {
                return true;
            }
        }
    }

    /// Returns the time after which a call that began at `started` is slow.
    fn slow_at(&self, started: u64) -> u64 {
        started.saturating_add(self.hot.slow_after())
    }

    /// Totals the result, and applies it to the window and the state unless it is of an older generation.
    #[cold]
    fn settle_counted(&self, ticket: Ticket, result: Completed, now: Option<u64>) {
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
            self.last_failure.store(now.unwrap_or_else(|| self.time.coarse()), Ordering::Relaxed);
        }
        if !self.hot.flags().has_window() {
            self.settle_word(ticket, result);
        } else if self.settle_window(ticket, result, now.unwrap_or(0)) {
            self.deliver();
        }
    }

    /// Applies a result without a window: a count within the state is one compare-exchange, without the lock.
    fn settle_word(&self, ticket: Ticket, result: Completed) {
        loop {
            let word = self.word();
            // A late result, of an older stay in a state: it is in the totals, and changes nothing else.
            if !word.issued(ticket) {
                return;
            }
            let done = match rule::settle(word, result, Rates::default(), self.hot.limits()) {
                Step::Keep => true,
                // Fails if an admission or another result came between: decide again by the new word.
                Step::Count(next) => self.swap(word, next),
                Step::Report(next) => self.report(word, next),
                Step::Enter(state, cause) => self.enter(word, state, cause),
            };
            if done {
                return;
            }
        }
    }

    /// Applies a result with a window: window and word change under one lock. Returns true if events were posted.
    ///
    /// While we hold the lock only two things can change the word: an admission, and a success that ends the streak.
    /// Neither has an order relative to this result, since the calls overlap.
    fn settle_window(&self, ticket: Ticket, result: Completed, now: u64) -> bool {
        let mut ledger = self.ledger.lock();
        let mut rates = None;
        loop {
            let word = self.word();
            // A late result: neither the window nor the state takes it.
            if !word.issued(ticket) {
                return false;
            }
            // Recorded once, however often the word has to be decided again.
            let rates = *rates.get_or_insert_with(|| self.record(&mut ledger, word, result, now));
            let done = match rule::settle(word, result, rates, self.hot.limits()) {
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
}
