//! Admission to a state that is not simply closed.

use std::time::Duration;

use crate::{CircuitOpen, Reason, State, rule::Cause, sync::Ordering, totals::Total, trace, word::Word};

use super::{Admission, Machine, Refused, UNTIMED};

impl Machine {
    /// Any state but a closed one without timing. First what is nearly every call of these: refused long before the
    /// wait is over, so that the rough clock will do.
    #[inline(never)]
    pub(super) fn admit_with_care(&self) -> Result<Admission, Refused> {
        let word = self.word();
        if word.state() == State::Open {
            if let Some(now) = self.time.before(word.deadline()) {
                // A time that is a little behind must not tell of more than the whole wait.
                let left = word.wait_left(now).map(|left| left.min(self.wait.load(Ordering::Relaxed)));
                return Err(self.refuse(word, left));
            }
        }
        self.admit_by_state()
    }

    #[inline(never)]
    fn admit_by_state(&self) -> Result<Admission, Refused> {
        loop {
            let word = self.word();
            match word.state() {
                State::Closed | State::Disabled | State::MetricsOnly => return Ok(self.admission(word, None)),
                State::ForcedOpen => return Err(self.refuse(word, None)),
                State::Open => {
                    let now = self.time.nanos();
                    if !word.is_due(now) {
                        return Err(self.refuse(word, word.wait_left(now)));
                    }
                    if let Some(probing) = self.first_probe(word, now) {
                        return Ok(self.admission(probing, Some(now)));
                    }
                }
                State::HalfOpen => {
                    let now = self.time.nanos();
                    if word.permits() > 0 {
                        self.expect_probe(now);
                        if self.swap(word, word.with_permits(word.permits() - 1)) {
                            return Ok(self.admission(word, Some(now)));
                        }
                    } else if self.probes_are_lost(now) {
                        if let Some(probing) = self.first_probe(word, now) {
                            return Ok(self.admission(probing, Some(now)));
                        }
                    } else if self.word() == word {
                        return Err(self.refuse(word, None));
                    }
                }
            }
        }
    }

    fn admission(&self, word: Word, now: Option<u64>) -> Admission {
        let timed = self.dials.mode().is_timed();
        let started = if timed { now.unwrap_or_else(|| self.time.nanos()) } else { UNTIMED };
        Admission { ticket: word.ticket(), started }
    }

    #[inline]
    fn refuse(&self, word: Word, left: Option<u64>) -> Refused {
        self.totals.add(Total::Rejected);
        let refused = Refused { word, left: left.unwrap_or(u64::MAX) };
        if trace::hears_refusals() {
            trace::refused(&self.told(refused));
        }
        if self.dials.mode().is_told() {
            trace::outcome("rejected");
        }
        refused
    }

    /// What a caller is told.
    #[inline]
    pub(crate) fn told(&self, Refused { word, left }: Refused) -> CircuitOpen {
        CircuitOpen {
            name: self.name.clone(),
            state: word.state(),
            retry_after: (left != u64::MAX).then(|| Duration::from_nanos(left)),
        }
    }

    /// Starts a half-open episode and takes its first permit in the same step. Its numbers are read under the lock: other
    /// settings come before the episode, or begin another.
    #[cold]
    fn first_probe(&self, seen: Word, now: u64) -> Option<Word> {
        self.transition(seen, Cause { reason: Reason::WaitOver, counted: seen }, |generation| {
            self.expect_probe(now);
            Word::half_open(generation, self.dials.limits().permits() - 1)
        })
    }

    fn expect_probe(&self, now: u64) {
        let until = now.saturating_add(self.dials.probe_timeout());
        self.probes_until.fetch_max(until, Ordering::AcqRel);
    }

    fn probes_are_lost(&self, now: u64) -> bool {
        let until = self.probes_until.load(Ordering::Acquire);
        until != u64::MAX && now >= until
    }
}
