//! The change of state: by a result, by time, by hand.

use std::sync::Arc;

use crate::{
    Clock, Config, Reason, State, Transition,
    accounting::Records,
    event::deliver,
    rule::{self, Cause, Command},
    sync::Ordering,
    word::{Generation, Word},
};

use super::{Ledger, Machine, NO_FAILURE};

impl Machine {
    pub(crate) fn command(&self, command: Command) {
        loop {
            let word = self.word();
            // The command is given to the state that its giver could read.
            if word.state() == State::Open && word.is_due(self.time.nanos()) {
                self.enter(word, State::HalfOpen, Cause { reason: Reason::WaitOver, counted: word });
                continue;
            }
            let Some(target) = rule::obey(word.state(), command) else { return };
            if self.enter(word, target, Cause { reason: Reason::Manual, counted: word }) {
                return;
            }
        }
    }

    /// Puts another clock under the breaker and starts it anew: its deadlines were told by the old one.
    pub(crate) fn set_clock(&self, clock: Arc<dyn Clock>) {
        self.command(Command::ForceOpen);
        self.time.replace(clock);
        self.last_failure.store(NO_FAILURE, Ordering::Relaxed);
        self.reconfigure(self.config());
        self.command(Command::Reset);
    }

    /// Puts other settings in place. The state stays, in a new generation whose counts begin anew.
    pub(crate) fn reconfigure(&self, config: Config) {
        let mut ledger = self.ledger.lock();
        self.dials.set(&config);
        ledger.records = Records::new(config.window());
        ledger.config = config;
        ledger.rate_is_over = false;
        ledger.generation = ledger.generation.next();
        self.bucket_ends.store(0, Ordering::Relaxed);
        self.probes_until.store(0, Ordering::Release);
        loop {
            let word = self.word();
            let next = match word.state() {
                // Its word is its deadline, and that stays.
                State::Open => word,
                state => self.word_of(&mut ledger, state),
            };
            if self.swap(word, next) {
                return;
            }
        }
    }

    pub(super) fn enter(&self, seen: Word, state: State, cause: Cause) -> bool {
        let entered = self.enter_in(&mut self.ledger.lock(), seen, state, cause);
        self.deliver();
        entered
    }

    pub(super) fn enter_in(&self, ledger: &mut Ledger, seen: Word, state: State, cause: Cause) -> bool {
        let next = |ledger: &mut Ledger| self.word_of(ledger, state);
        self.transition_in(ledger, seen, cause, next).is_some()
    }

    /// The first word of a state, in the ledger's generation.
    fn word_of(&self, ledger: &mut Ledger, state: State) -> Word {
        let generation = ledger.generation;
        match state {
            State::Closed => Word::closed(generation, self.dials.mode().care()),
            State::HalfOpen => Word::half_open(generation, self.dials.limits().permits()),
            State::Open => {
                let wait = ledger.draw_wait();
                self.wait.store(wait, Ordering::Relaxed);
                Word::open(self.time.nanos().saturating_add(wait))
            }
            State::ForcedOpen => Word::forced_open(generation),
            State::Disabled => Word::disabled(generation),
            State::MetricsOnly => Word::metrics_only(generation),
        }
    }

    #[cold]
    pub(super) fn transition(&self, seen: Word, cause: Cause, next: impl FnOnce(Generation) -> Word) -> Option<Word> {
        let entered = self.transition_in(&mut self.ledger.lock(), seen, cause, |ledger| next(ledger.generation));
        self.deliver();
        entered
    }

    /// The one place where the state changes. `None`: the word is no longer the one that was seen, decide again.
    fn transition_in(
        &self,
        ledger: &mut Ledger,
        seen: Word,
        cause: Cause,
        next: impl FnOnce(&mut Ledger) -> Word,
    ) -> Option<Word> {
        if self.word() != seen {
            return None;
        }
        if seen.is_counted() {
            self.move_window(ledger, self.time.nanos());
        }
        let past = ledger.generation;
        ledger.generation = past.next();
        let entered = next(ledger);
        if !self.swap(seen, entered) {
            // Nobody saw the generation; a wait that was drawn is drawn again.
            ledger.generation = past;
            return None;
        }
        ledger.rate_is_over = false;
        ledger.failures_in_a_row = match seen.state() {
            State::HalfOpen => ledger.failures_in_a_row.saturating_add(u32::from(cause.reason == Reason::ProbeFailed)),
            State::Open => ledger.failures_in_a_row,
            _ => cause.counted.streak(),
        };
        if entered.state() == State::Open {
            ledger.openings = ledger.openings.saturating_add(1);
            ledger.times_opened += 1;
        }
        if entered.state() != seen.state() {
            ledger.transitions.count(seen.state(), entered.state());
            self.post(ledger, cause.counted, entered.state(), cause.reason);
        }
        // The window of a circuit that opens stands still, and shows what opened it.
        if entered.state() != State::Open {
            ledger.records.clear();
        }
        if entered.state() == State::Closed {
            ledger.openings = 0;
        }
        Some(entered)
    }

    /// A metrics-only breaker would have opened here.
    #[cold]
    pub(super) fn report(&self, seen: Word, counted: Word) -> bool {
        let reported = self.report_in(&mut self.ledger.lock(), seen, counted);
        self.deliver();
        reported
    }

    pub(super) fn report_in(&self, ledger: &mut Ledger, seen: Word, counted: Word) -> bool {
        let swapped = self.swap(seen, counted);
        if swapped {
            self.post(ledger, counted, State::MetricsOnly, Reason::WouldOpen);
        }
        swapped
    }

    fn post(&self, ledger: &mut Ledger, word: Word, to: State, reason: Reason) {
        if !ledger.outbox.has_listeners() {
            return;
        }
        let now = self.time.nanos();
        let transition = Transition {
            name: self.name.clone(),
            from: word.state(),
            to,
            at: self.time.wall_at(now),
            reason,
            snapshot: self.figures(ledger, word, word.state(), now),
        };
        ledger.outbox.post(transition);
    }

    pub(super) fn deliver(&self) {
        deliver(&self.ledger, |ledger| &mut ledger.outbox);
    }
}

impl Ledger {
    /// The wait of an opening in nanoseconds: its jitter is drawn here, once.
    fn draw_wait(&mut self) -> u64 {
        let drawn = if self.config.jitter() > 0.0 { self.random.f64() } else { 0.0 };
        self.config.wait(self.openings, drawn)
    }
}
