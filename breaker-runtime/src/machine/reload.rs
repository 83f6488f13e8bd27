//! Puts other settings, or another clock, in place while calls go on.

use std::{mem, sync::Arc};

use crate::{
    accounting::Records,
    clock::{Clock, Now, Replacement},
    config::Config,
    reason::Reason,
    rule::{self, Cause, ProbeLimits, Target},
    state::State,
    sync::Ordering,
    word::Word,
};

use super::{Ledger, Machine, NO_FAILURE, probe_wait::ProbeWait};

impl Machine {
    /// Puts other settings in place. The state stays. Its counts stay too, unless the reload makes them incomparable: then
    /// they begin anew, in a new generation.
    pub(crate) fn reconfigure(&self, config: Arc<Config>) {
        let mut ledger = self.ledger.lock();
        self.hot.set(&config);
        let old = mem::replace(&mut ledger.config, config);
        self.publish_overdue(&ledger);
        loop {
            let word = self.word();
            // The kind of closed state also follows what is recorded on spans.
            let other_kind = word.closed_kind().is_some_and(|kind| kind != self.hot.flags().closed());
            if !rule::restarts_counts(word.state(), &old, &ledger.config) && !other_kind {
                return;
            }
            // Fails if a result was counted meanwhile: it was one of the old generation.
            if self.restart(&mut ledger, word) {
                return;
            }
        }
    }

    /// Begins the counts of the present state anew.
    fn restart(&self, ledger: &mut Ledger, word: Word) -> bool {
        let generation = ledger.generation.next();
        let next = match word.state() {
            State::Closed => Word::closed(generation, self.hot.flags().closed()),
            State::HalfOpen => Word::half_open(generation, ProbeLimits::of(&ledger.config).permits),
            // Its word is its deadline, and that stays.
            State::Open => word,
            state => Word::forced(generation, state),
        };
        // Before the exchange: who sees the new generation must not find a bucket of the old window open.
        self.bucket_ends.store(0, Ordering::Relaxed);
        if !self.swap(word, next) {
            return false;
        }
        ledger.generation = generation;
        ledger.rate_is_over = false;
        ledger.records = Records::new(ledger.config.window());
        ledger.probe_wait = ProbeWait::NONE;
        self.publish_overdue(ledger);
        true
    }

    /// Puts another clock under the breaker, closes it and clears its counts: its times were told by the old clock.
    pub(crate) fn set_clock(&self, clock: Arc<dyn Clock>) {
        let wall = clock.wall();
        let replacement = Replacement::new(clock);
        // Dropped after the lock: the old clock's destructor is the user's code.
        let _before = self.replace_clock(replacement, Now { nanos: 0, wall });
        self.deliver();
    }

    fn replace_clock(&self, replacement: Replacement, now: Now) -> Option<Replacement> {
        let mut ledger = self.ledger.lock();
        let ledger = &mut *ledger;
        let before = self.time.replace(replacement);
        ledger.records = Records::new(ledger.config.window());
        ledger.forced = ledger.forced.after_reset();
        let target = ledger.forced.mode().map_or(Target::Closed, Target::Forced);
        // Before the exchange: a call that carries the new generation is timed by the new clock.
        self.clock_since.store(ledger.generation.next().number(), Ordering::Relaxed);
        loop {
            let word = self.word();
            let cause = Cause { reason: Reason::Manual, counted: word };
            // Fails if a result was counted meanwhile.
            if self.enter_in(ledger, word, target, cause, now).is_some() {
                break;
            }
        }
        ledger.opened = None;
        self.last_failure.store(NO_FAILURE, Ordering::Relaxed);
        before
    }
}
