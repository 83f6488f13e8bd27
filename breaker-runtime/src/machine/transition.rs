//! Changes the state: by a result, by time, by a control.

use crate::{
    clock::Now,
    listeners::deliver,
    reason::Reason,
    rule::{self, Cause, Control, Controlled, ProbeLimits, Target},
    state::State,
    sync::Ordering,
    transition::Transition,
    word::{Generation, Word},
};

use super::{Ledger, Machine, opened::Opened, probe_wait::ProbeWait};

impl Machine {
    /// Applies a control of the automatic state.
    pub(crate) fn control(&self, control: Control) {
        loop {
            let now = self.time.now();
            let word = self.half_open_if_due(now);
            let done = match rule::control_target(word.state(), control) {
                Controlled::Nothing => true,
                Controlled::Enter(target) => {
                    let cause = Cause { reason: Reason::Manual, counted: word };
                    self.enter(word, target, cause, now).is_some()
                }
                Controlled::Extend(nanos) => self.extend(word, now.nanos, nanos),
                Controlled::Report => self.report(word, word, now),
            };
            if done {
                return;
            }
        }
    }

    /// If the wait is over, makes the circuit half-open; returns the present word. A control is meant for the state that its
    /// caller could read.
    pub(super) fn half_open_if_due(&self, now: Now) -> Word {
        loop {
            let word = self.word();
            if word.state() != State::Open || !word.is_due(now.nanos) {
                return word;
            }
            let cause = Cause { reason: Reason::WaitOver, counted: word };
            self.enter(word, Target::HalfOpen { takes_first_permit: false }, cause, now);
        }
    }

    /// Moves the end of an open state, if that is later. Returns false if the circuit is no longer open as it was seen.
    fn extend(&self, seen: Word, now: u64, nanos: u64) -> bool {
        let _ledger = self.ledger.lock();
        let later = Word::open(now.saturating_add(nanos));
        if later.deadline() <= seen.deadline() {
            return self.word() == seen;
        }
        // Before the exchange: who sees the later deadline may be told of the longer wait.
        self.wait.fetch_max(nanos, Ordering::Relaxed);
        self.swap(seen, later)
    }

    pub(super) fn enter(&self, seen: Word, target: Target, cause: Cause, now: Now) -> Option<Word> {
        let entered = self.enter_in(&mut self.ledger.lock(), seen, target, cause, now);
        self.deliver();
        entered
    }

    /// The one place where the state changes. Returns `None` if the word is no longer the one that was seen: decide again.
    ///
    /// Before the exchange comes all that a thread may rely on that sees the new state: the deferred successes of the old
    /// one, the wait, the time after which probes are overdue. After it, under the same lock, come the figures.
    pub(super) fn enter_in(
        &self,
        ledger: &mut Ledger,
        seen: Word,
        target: Target,
        cause: Cause,
        now: Now,
    ) -> Option<Word> {
        if self.word() != seen {
            return None;
        }
        // Before the word changes: afterwards no success of this generation may be counted any more.
        if seen.is_counted() {
            self.move_window(ledger, now.nanos);
        }
        let generation = ledger.generation.next();
        let entered = self.first_word(ledger, target, generation, now.nanos);
        // If it fails, nothing was published: the generation is used again, and a wait that was drawn is drawn again.
        if !self.swap(seen, entered) {
            return None;
        }
        ledger.generation = generation;
        ledger.rate_is_over = false;
        ledger.failures_in_a_row = match seen.state() {
            State::HalfOpen => ledger.failures_in_a_row.saturating_add(u32::from(cause.reason == Reason::ProbeFailed)),
            State::Open => ledger.failures_in_a_row,
            _ => cause.counted.streak(),
        };
        let state = entered.state();
        if let Target::Open(wait) = target {
            ledger.times_opened += 1;
            if matches!(wait, rule::Wait::BackOff { .. }) {
                ledger.openings = ledger.openings.saturating_add(1);
            }
        }
        ledger.opened = Opened::after(ledger.opened, state, cause.reason, now);
        if state != seen.state() {
            ledger.changes.count(seen.state(), state);
            self.post(ledger, cause.counted, state, cause.reason, now);
        }
        // The window of a circuit that opens stands still, and shows what opened it.
        if state != State::Open {
            ledger.records.clear();
        }
        if state == State::Closed {
            ledger.openings = 0;
        }
        Some(entered)
    }

    /// The first word of a state. What it publishes is harmless if the word is then not put in place.
    fn first_word(&self, ledger: &mut Ledger, target: Target, generation: Generation, now: u64) -> Word {
        match target {
            Target::Closed => Word::closed(generation, self.hot.flags().closed()),
            Target::HalfOpen { takes_first_permit } => {
                ledger.probe_wait = ProbeWait::NONE;
                if takes_first_permit {
                    ledger.probe_wait.admit(now);
                }
                self.publish_overdue(ledger);
                Word::half_open(generation, ProbeLimits::of(&ledger.config).permits - u16::from(takes_first_permit))
            }
            Target::Open(wait) => {
                let wait = rule::wait_of(wait, &ledger.config, ledger.openings, ledger.random.f64());
                self.wait.store(wait, Ordering::Relaxed);
                Word::open(now.saturating_add(wait))
            }
            Target::Forced(mode) => Word::forced(generation, mode.state()),
        }
    }

    /// Counts a result that would have opened a metrics-only breaker, and tells of it.
    #[cold]
    pub(super) fn report(&self, seen: Word, counted: Word, now: Now) -> bool {
        let reported = self.report_in(&mut self.ledger.lock(), seen, counted, now);
        self.deliver();
        reported
    }

    pub(super) fn report_in(&self, ledger: &mut Ledger, seen: Word, counted: Word, now: Now) -> bool {
        let swapped = self.swap(seen, counted);
        if swapped {
            self.post(ledger, counted, State::MetricsOnly, Reason::WouldOpen, now);
        }
        swapped
    }

    pub(super) fn post(&self, ledger: &mut Ledger, word: Word, to: State, reason: Reason, now: Now) {
        if !ledger.outbox.has_listeners() {
            return;
        }
        let transition = Transition {
            name: self.name.clone(),
            from: word.state(),
            to,
            at: now.wall,
            reason,
            lost: 0,
            snapshot: self.snapshot_of(ledger, word, word.state(), now.nanos),
        };
        ledger.outbox.post(transition);
    }

    pub(super) fn deliver(&self) {
        deliver(&self.ledger, |ledger| &mut ledger.outbox);
    }
}
