//! Admits and rejects calls of every state that is not simply closed.

use crate::{
    error::CircuitOpen,
    probe_scope,
    reason::Reason,
    rejection::Rejection,
    rule::{Cause, Target},
    state::State,
    sync::Ordering,
    totals::Total,
    trace,
    word::{Closed, Ticket, Word},
};

use super::{Admission, Machine, UNTIMED};

impl Machine {
    /// Admits or rejects in any state but a closed one without timing.
    ///
    /// Most calls here are rejected long before the wait is over: for them the coarse clock is precise enough. Then come those
    /// of a closed circuit that are timed.
    #[inline(never)]
    pub(super) fn admit_slow(&self, in_scope: bool) -> Result<Admission, Rejection<'_>> {
        let word = self.word();
        if word.state() == State::Open {
            if let Some(now) = self.time.coarse_if_before(word.deadline()) {
                // The coarse clock is a little behind: the caller must not be told more than the whole wait.
                let left = word.wait_left(now).map(|left| left.min(self.wait.load(Ordering::Relaxed)));
                return Err(self.reject(word, left));
            }
        }
        if word.closed_kind() == Some(Closed::Timed) {
            return Ok(self.admission(word.ticket(), None));
        }
        self.admit_by_state(in_scope)
    }

    #[inline(never)]
    fn admit_by_state(&self, in_scope: bool) -> Result<Admission, Rejection<'_>> {
        loop {
            let word = self.word();
            match word.state() {
                // Nothing to take: the ticket says in which stay in the state the call was admitted.
                State::Closed | State::Disabled | State::MetricsOnly => return Ok(self.admission(word.ticket(), None)),
                State::ForcedOpen => return Err(self.reject(word, None)),
                State::Open => {
                    let now = self.time.now();
                    // State and deadline are one word, so this deadline is this opening's.
                    if !word.is_due(now.nanos) {
                        return Err(self.reject(word, word.wait_left(now.nanos)));
                    }
                    // Of all callers that see the wait over, one makes the circuit half-open and is its first probe. The
                    // others fail to exchange the word and decide again, by the half-open state.
                    let cause = Cause { reason: Reason::WaitOver, counted: word };
                    if let Some(entered) = self.enter(word, Target::HalfOpen { takes_first_permit: true }, cause, now) {
                        return Ok(self.probe(entered.ticket(), now.nanos, in_scope));
                    }
                }
                State::HalfOpen => {
                    if let Some(decided) = self.admit_half_open(word, in_scope) {
                        return decided;
                    }
                }
            }
        }
    }

    /// Returns the error that a call would be rejected with now. Takes no permit and counts nothing.
    pub(crate) fn rejection(&self) -> Option<CircuitOpen> {
        let word = self.word();
        let left = match word.state() {
            State::Closed | State::Disabled | State::MetricsOnly => return None,
            State::ForcedOpen => None,
            State::Open => {
                let now = self.time.nanos();
                if word.is_due(now) {
                    return None;
                }
                word.wait_left(now)
            }
            State::HalfOpen => {
                if word.permits() > 0 || probe_scope::contains(self.id(), word.ticket()) {
                    return None;
                }
                None
            }
        };
        Some(Rejection::new(&self.name, word, left).into_error())
    }

    pub(super) fn admission(&self, ticket: Ticket, now: Option<u64>) -> Admission {
        let timed = self.hot.flags().is_timed();
        let started = if timed { now.unwrap_or_else(|| self.time.start(self.hot.slow_after())) } else { UNTIMED };
        Admission { ticket, started }
    }

    #[inline]
    pub(super) fn reject(&self, word: Word, left: Option<u64>) -> Rejection<'_> {
        self.totals.add(Total::Rejected);
        let rejection = Rejection::new(&self.name, word, left);
        if trace::hears_rejections() {
            trace::rejected(&rejection.into_error());
        }
        if self.hot.flags().records_outcome() {
            trace::outcome("rejected");
        }
        rejection
    }
}
