//! Forces states, and lifts them: the controls of a hand, `reset` among them, the fleet and settings files.

use crate::{
    clock::Now,
    reason::Reason,
    rule::{Cause, Forced, ForcedMode, Source, Target},
    state::State,
    sync::Ordering,
    word::Word,
};

use super::{Ledger, Machine, opened::Opened};

impl Machine {
    /// Lets a source force a state, or lifts what it forced.
    pub(crate) fn force(&self, source: Source, mode: Option<ForcedMode>) {
        self.change_forced(|forced| forced.with(source, mode), false);
    }

    /// Puts a new machine, before anything was asked of it, into the state that a source forces. That is no transition.
    pub(crate) fn begin_forced(&self, source: Source, mode: ForcedMode) {
        let mut ledger = self.ledger.lock();
        ledger.forced = ledger.forced.with(source, Some(mode));
        self.word.store(Word::forced(ledger.generation, mode.state()).bits(), Ordering::Release);
        // A clock of the user's is not asked: whoever makes the breaker may hold a lock.
        if mode == ForcedMode::Open && !self.time.is_replaced() {
            ledger.opened = Some(Opened { at: self.time.now().wall, by: Reason::Manual });
        }
    }

    /// Returns what a source forces at present.
    pub(crate) fn forced_by(&self, source: Source) -> Option<ForcedMode> {
        self.ledger.lock().forced.by(source)
    }

    /// Closes the circuit from whichever state, and clears its counts; what the fleet forces stays.
    pub(crate) fn reset(&self) {
        self.change_forced(Forced::after_reset, true);
    }

    fn change_forced(&self, change: impl Fn(Forced) -> Forced, is_reset: bool) {
        let now = self.time.now();
        loop {
            self.half_open_if_due(now);
            if self.change_forced_in(&mut self.ledger.lock(), &change, is_reset, now) {
                break;
            }
        }
        self.deliver();
    }

    /// Returns false if the state has to be read again.
    fn change_forced_in(
        &self,
        ledger: &mut Ledger,
        change: impl Fn(Forced) -> Forced,
        is_reset: bool,
        now: Now,
    ) -> bool {
        let forced = change(ledger.forced);
        let word = self.word();
        let is_forced = matches!(word.state(), State::ForcedOpen | State::Disabled | State::MetricsOnly);
        let target = match forced.mode() {
            Some(mode) if mode.state() == word.state() && !is_reset => None,
            Some(mode) => Some(Target::Forced(mode)),
            None if is_forced || is_reset => Some(Target::Closed),
            None => None,
        };
        let done = target.is_none_or(|target| {
            let cause = Cause { reason: Reason::Manual, counted: word };
            // Fails if a result was counted meanwhile.
            self.enter_in(ledger, word, target, cause, now).is_some()
        });
        if done {
            ledger.forced = forced;
        }
        done
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::sync::Arc;

    use crate::{
        config::Config,
        machine::Role,
        rule::{Control, Ending},
    };

    use super::*;

    #[test]
    fn lifting_what_was_never_forced_leaves_the_state_and_its_counts() {
        let config = Arc::new(Config::builder().failure_threshold(2).build().unwrap());
        let machine = Machine::new("test".into(), config, None, Role::Single);
        machine.settle(machine.admit().unwrap(), Ending::Failure);
        machine.force(Source::Fleet, None);
        assert_eq!(machine.snapshot().consecutive_failures, 1);
        machine.control(Control::Trip);
        machine.force(Source::Fleet, None);
        assert_eq!(machine.state(), State::Open);
    }
}
