//! Applies the result of an admitted call.

use crate::{
    probe_scope,
    rule::{self, Completed, Ending, Rates, Step},
    sync::Ordering,
    totals::Total,
    trace,
    word::{Generation, Ticket},
};

use super::{Admission, Machine, Role};

impl Machine {
    /// Settles a call that is timed, recorded in a window, told to a span, or that is no plain success. `retry_after` is in
    /// nanoseconds, and 0 if the dependency did not ask for a wait.
    #[inline(never)]
    pub(crate) fn settle_slow(&self, admission: Admission, ending: Ending, retry_after: u64) {
        let Admission { ticket, started } = admission;
        let flags = self.hot.flags();
        let ending = if ending == Ending::Cancelled && flags.cancel_fails() { Ending::Failure } else { ending };
        let (mut now, mut slow) = (None, false);
        if flags.needs_end_time() {
            let (slow_at, bucket_ends) = (self.slow_at(started), self.bucket_ends.load(Ordering::Relaxed));
            // Exact where it decides: at the limit of a slow call, and at the end of a bucket.
            let time = self.time.nanos_near(slow_at.min(bucket_ends));
            now = Some(time);
            slow = time > slow_at && ending != Ending::Ignored && self.is_of_this_clock(ticket);
        }
        // A fast success judges no rate, so it need not enter the window now. It is deferred: counted on a cache line of
        // this thread's own, without the lock, unless a streak has to end, the bucket is over, or that line counts another
        // generation.
        let is_deferred = ending == Ending::Success
            && !slow
            && flags.has_window()
            && now.is_none_or(|now| now < self.bucket_ends.load(Ordering::Relaxed))
            && self.ends_streak(ticket)
            && self.totals.defer_success(ticket.generation());
        if !is_deferred {
            self.settle_counted(ticket, Completed { ending, slow, retry_after }, now);
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

    /// Returns the time after which a call that began at `started` was surely slow.
    pub(super) fn slow_at(&self, started: u64) -> u64 {
        let limit = self.hot.slow_after();
        started.saturating_add(limit).saturating_add(self.time.start_lag(limit))
    }

    /// Whether the call began under the clock that is in place now.
    fn is_of_this_clock(&self, ticket: Ticket) -> bool {
        let since = Generation::from_number(self.clock_since.load(Ordering::Relaxed));
        !since.is_after(ticket.generation())
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
            self.last_failure.store(self.time.wall_nanos(), Ordering::Relaxed);
        }
        if ticket.is_rider() {
            // The probe that it rode on hears of it, and decides.
            if result.ending == Ending::Success {
                probe_scope::rider_succeeded(self.id());
            }
        } else if ticket.is_probe() {
            self.settle_probe(ticket, result);
        } else if self.role == Role::Unguarded {
            // Counted, and that is all: it never opens by itself.
        } else if !self.hot.flags().has_window() {
            self.settle_word(ticket, result);
        } else {
            self.settle_window(ticket, result, now.unwrap_or(0));
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
            let done = match rule::settle(word, result, Rates::default(), self.hot.flags().threshold()) {
                Step::Keep => true,
                // Fails if another result came between: decide again by the new word.
                Step::Count(next) => self.swap(word, next),
                Step::Report(next) => self.report(word, next, self.time.now()),
                Step::Enter(target, cause) => self.enter(word, target, cause, self.time.now()).is_some(),
            };
            if done {
                return;
            }
        }
    }

    /// Applies a result with a window: window and word change under one lock.
    ///
    /// While we hold it only a success that ends the streak can change the word, and that has no order relative to this
    /// result, since the calls overlap.
    fn settle_window(&self, ticket: Ticket, result: Completed, at: u64) {
        let (mut rates, mut now) = (None, None);
        loop {
            let mut ledger = self.ledger.lock();
            let changes = loop {
                let word = self.word();
                // A late result: neither the window nor the state takes it.
                if !word.issued(ticket) {
                    break false;
                }
                // Recorded once, however often the word has to be decided again.
                let rates = *rates.get_or_insert_with(|| self.record(&mut ledger, word, result, at));
                let done = match (rule::settle(word, result, rates, self.hot.flags().threshold()), now) {
                    (Step::Keep, _) => break false,
                    (Step::Count(next), _) => {
                        if self.swap(word, next) {
                            break false;
                        }
                        false
                    }
                    // The clock is the user's code, and is not read under the lock.
                    (Step::Report(_) | Step::Enter(..), None) => break true,
                    (Step::Report(next), Some(now)) => self.report_in(&mut ledger, word, next, now),
                    (Step::Enter(target, cause), Some(now)) => {
                        self.enter_in(&mut ledger, word, target, cause, now).is_some()
                    }
                };
                if done {
                    break false;
                }
            };
            drop(ledger);
            if !changes {
                // A count posts nothing, and needs no second look under the lock.
                if now.is_some() {
                    self.deliver();
                }
                return;
            }
            now = Some(self.time.now());
        }
    }
}
