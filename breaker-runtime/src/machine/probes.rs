//! Half-open: admits probes and applies their results.
//!
//! Permits, answers and the time of both change together under the ledger's lock: probes are few, and what they decide
//! about must not be seen half done. Callers that find no permit are rejected without the lock.

use crate::{
    clock::{Now, to_nanos},
    probe_scope,
    reason::Reason,
    rejection::Rejection,
    rule::{self, Cause, Completed, Ending, ProbeLimits, Step, Target, Wait},
    state::State,
    sync::Ordering,
    word::{Ticket, Word},
};

use super::{Admission, Ledger, Machine};

impl Machine {
    /// Admits or rejects a call of a half-open circuit. `None`: the state changed, decide again.
    pub(super) fn admit_half_open(&self, word: Word, in_scope: bool) -> Option<Result<Admission, Rejection<'_>>> {
        // Inside a probe of this very episode: the call rides on it.
        if probe_scope::ride(self.id(), word.ticket()) {
            return Some(Ok(self.admission(word.ticket().of_rider(), None)));
        }
        let now = self.time.now();
        // No permit is left, and the probes are not overdue: no need for the lock. The time is written under it before the
        // last permit is taken, so who sees the permit gone sees a time that is not too early.
        if word.permits() == 0 && now.nanos < self.probes_overdue_at.load(Ordering::Acquire) {
            return (self.word() == word).then(|| Err(self.reject(word, None)));
        }
        let taken = self.take_permit(now);
        self.deliver();
        taken.map(|ticket| Ok(self.probe(ticket, now.nanos, in_scope)))
    }

    /// A probe, which calls on this thread ride on from now on if it is `in_scope`.
    pub(super) fn probe(&self, ticket: Ticket, now: u64, in_scope: bool) -> Admission {
        if in_scope {
            probe_scope::enter(self.id(), ticket);
        }
        self.admission(ticket, Some(now))
    }

    /// Takes a permit, or ends an episode whose probes have timed out. `None`: decide again.
    fn take_permit(&self, now: Now) -> Option<Ticket> {
        let mut ledger = self.ledger.lock();
        let word = self.word();
        if word.state() != State::HalfOpen {
            return None;
        }
        if word.permits() > 0 {
            ledger.probe_wait.admit(now.nanos);
            self.publish_overdue(&ledger);
            return self.swap(word, word.with_permits(word.permits() - 1)).then(|| word.ticket());
        }
        self.end_if_timed_out(&mut ledger, word, now);
        None
    }

    /// Ends an episode whose probes have timed out.
    fn end_if_timed_out(&self, ledger: &mut Ledger, word: Word, now: Now) {
        if timed_out(ledger, now) {
            let cause = Cause { reason: Reason::ProbesTimedOut, counted: word };
            self.enter_in(ledger, word, Target::Open(Wait::BackOff { at_least: 0 }), cause, now);
        } else {
            // The time was an old one, or the limit was moved.
            self.publish_overdue(ledger);
        }
    }

    /// Does what a caller without a permit has to, and takes none: ends an episode whose probes have timed out.
    #[cfg(feature = "tower")]
    pub(super) fn look_for_overdue_probes(&self) {
        let now = self.time.now();
        if now.nanos < self.probes_overdue_at.load(Ordering::Acquire) {
            return;
        }
        let mut ledger = self.ledger.lock();
        let word = self.word();
        if word.state() == State::HalfOpen && word.permits() == 0 {
            self.end_if_timed_out(&mut ledger, word, now);
        }
        drop(ledger);
        self.deliver();
    }

    /// Applies the result of a probe.
    pub(super) fn settle_probe(&self, ticket: Ticket, result: Completed) {
        let now = self.time.now();
        self.settle_probe_in(&mut self.ledger.lock(), ticket, result, now);
        self.deliver();
    }

    fn settle_probe_in(&self, ledger: &mut Ledger, ticket: Ticket, result: Completed, now: Now) {
        loop {
            let word = self.word();
            // A late result: the episode is over.
            if !word.issued(ticket) {
                return;
            }
            let timed_out = timed_out(ledger, now);
            let done = match rule::settle_probe(word, result, timed_out, ProbeLimits::of(&ledger.config)) {
                Step::Keep => true,
                Step::Count(next) | Step::Report(next) => self.swap(word, next),
                Step::Enter(target, cause) => self.enter_in(ledger, word, target, cause, now).is_some(),
            };
            if done {
                // A dropped probe is no answer: callers that give up must not keep a dead episode alive.
                if result.ending != Ending::Cancelled {
                    ledger.probe_wait.answer(now.nanos);
                    self.publish_overdue(ledger);
                }
                return;
            }
        }
    }

    /// A call inside a probe was rejected by this very breaker, because it does not ride. So it goes at each probe, and the
    /// circuit does not close: it is told once.
    #[cfg(feature = "macros")]
    pub(crate) fn rejected_by_itself(&self) {
        let told = std::mem::replace(&mut self.ledger.lock().told_of_itself, true);
        if !told {
            crate::trace::rejected_by_itself(&self.name);
        }
    }

    /// Writes the time from which a caller without a permit must look under the lock.
    pub(super) fn publish_overdue(&self, ledger: &Ledger) {
        let overdue_at = ledger.probe_wait.since().saturating_add(to_nanos(ledger.config.probe_timeout()));
        self.probes_overdue_at.store(overdue_at, Ordering::Release);
    }
}

fn timed_out(ledger: &Ledger, now: Now) -> bool {
    rule::probes_timed_out(ledger.probe_wait.since(), now.nanos, ledger.config.probe_timeout())
}
