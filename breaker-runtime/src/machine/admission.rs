//! Admits probes, and rejects calls: admission to every state that is not simply closed.

use crate::{
    reason::Reason, rejection::Rejection, rule::Cause, state::State, sync::Ordering, totals::Total, trace, word::Word,
};

use super::{Admission, Machine, UNTIMED};

impl Machine {
    /// Admits or rejects in any state but a closed one without timing.
    ///
    /// First what nearly every call of these is: rejected long before the wait is over, for which the coarse clock will do.
    #[inline(never)]
    pub(super) fn admit_slow(&self) -> Result<Admission, Rejection<'_>> {
        let word = self.word();
        if word.state() == State::Open {
            if let Some(now) = self.time.coarse_if_before(word.deadline()) {
                // The coarse clock is a little behind: the caller must not be told more than the whole wait.
                let left = word.wait_left(now).map(|left| left.min(self.wait.load(Ordering::Relaxed)));
                return Err(self.reject(word, left));
            }
        }
        self.admit_by_state()
    }

    #[inline(never)]
    fn admit_by_state(&self) -> Result<Admission, Rejection<'_>> {
        loop {
            let word = self.word();
            match word.state() {
                // Nothing to take: the ticket says in which stay in the state the call was admitted.
                State::Closed | State::Disabled | State::MetricsOnly => return Ok(self.admission(word, None)),
                State::ForcedOpen => return Err(self.reject(word, None)),
                State::Open => {
                    let now = self.time.nanos();
                    // State and deadline are one word, so this deadline is this opening's.
                    if !word.is_due(now) {
                        return Err(self.reject(word, word.wait_left(now)));
                    }
                    // Of all callers that see the wait over, one makes the circuit half-open and is its first probe. The
                    // others fail to exchange the word and decide again, by the half-open state.
                    if let Some(probing) = self.start_episode(word, now) {
                        return Ok(self.admission(probing, Some(now)));
                    }
                }
                State::HalfOpen => {
                    let now = self.time.nanos();
                    if word.permits() > 0 {
                        // Before the permit is taken: who finds no permit left must also find when the episode is given up.
                        self.expect_probe(now);
                        // Fails if another caller took a permit, or a result came: decide again by the new word.
                        if self.swap(word, word.with_permits(word.permits() - 1)) {
                            return Ok(self.admission(word, Some(now)));
                        }
                    } else if self.probes_are_lost(now) {
                        // A fresh episode: the tickets of the lost probes are of an older generation then.
                        if let Some(probing) = self.start_episode(word, now) {
                            return Ok(self.admission(probing, Some(now)));
                        }
                    } else if self.word() == word {
                        // Still the word without permits that the time was compared for; a changed one may have a permit.
                        return Err(self.reject(word, None));
                    }
                }
            }
        }
    }

    fn admission(&self, word: Word, now: Option<u64>) -> Admission {
        let timed = self.hot.flags().is_timed();
        let started = if timed { now.unwrap_or_else(|| self.time.nanos()) } else { UNTIMED };
        Admission { ticket: word.ticket(), started }
    }

    #[inline]
    fn reject(&self, word: Word, left: Option<u64>) -> Rejection<'_> {
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

    /// Starts a half-open episode and takes its first permit in the same step. Its numbers are read under the lock: a
    /// reload of the settings comes before the episode, or begins another.
    #[cold]
    fn start_episode(&self, seen: Word, now: u64) -> Option<Word> {
        self.transition(seen, Cause { reason: Reason::WaitOver, counted: seen }, |generation| {
            self.expect_probe(now);
            Word::half_open(generation, self.hot.limits().permits() - 1)
        })
    }

    fn expect_probe(&self, now: u64) {
        let until = now.saturating_add(self.hot.probe_timeout());
        // The maximum: a straggler that read an earlier time must not bring the moment forward.
        self.probes_until.fetch_max(until, Ordering::AcqRel);
    }

    fn probes_are_lost(&self, now: u64) -> bool {
        let until = self.probes_until.load(Ordering::Acquire);
        until != u64::MAX && now >= until
    }
}
