//! The state machine: one word, and the one place where it changes state.
//!
//! # Orderings
//! The word is read with acquire and written with acquire-release, so whoever sees a state also sees what was prepared
//! for it. Whatever changes it is one compare-exchange against the word that was judged, else it is judged again: a
//! count within the state takes no lock; a transition holds the ledger's, which numbers the generations and puts the
//! events in order.

use std::time::Duration;

use crate::{
    CircuitOpen, Clock, Config, Name, Reason, Snapshot, State, Transition,
    clock::{Time, to_nanos},
    event::{Listener, Outbox, deliver},
    rule::{self, Command, Ending, Step},
    sync::{AtomicU64, Mutex, Ordering},
    totals::{Total, Totals},
    word::{Generation, Ticket, Word},
};

/// No failure yet.
const NO_FAILURE: u64 = u64::MAX;

pub(crate) struct Machine {
    word: AtomicU64,
    totals: Totals,
    config: Config,
    /// When an episode with all its permits out is given up. Raised before a probe is admitted, so whoever sees the
    /// permit gone sees it too; a straggler of an older episode can only raise it to its own time.
    probes_until: AtomicU64,
    last_failure: AtomicU64,
    name: Name,
    time: Time,
    ledger: Mutex<Ledger>,
}

/// What only transitions touch.
struct Ledger {
    generation: Generation,
    times_opened: u64,
    outbox: Outbox,
}

impl Machine {
    pub(crate) fn new(name: Name, config: Config) -> Self {
        Self {
            word: AtomicU64::new(Word::closed(Generation::FIRST).bits()),
            totals: Totals::default(),
            config,
            probes_until: AtomicU64::new(0),
            last_failure: AtomicU64::new(NO_FAILURE),
            name,
            time: Time::system(),
            ledger: Mutex::new(Ledger { generation: Generation::FIRST, times_opened: 0, outbox: Outbox::default() }),
        }
    }

    pub(crate) fn name(&self) -> &Name {
        &self.name
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    #[inline]
    fn word(&self) -> Word {
        Word::from_bits(self.word.load(Ordering::Acquire))
    }

    fn swap(&self, seen: Word, next: Word) -> bool {
        self.word.compare_exchange(seen.bits(), next.bits(), Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    #[inline]
    pub(crate) fn count(&self, total: Total) {
        self.totals.add(total);
    }

    #[inline]
    pub(crate) fn admit(&self) -> Result<Ticket, CircuitOpen> {
        let word = self.word();
        if word.is_closed() { Ok(word.ticket()) } else { self.admit_unless_closed() }
    }

    /// Takes the result of an admitted call, once.
    #[inline]
    pub(crate) fn settle(&self, ticket: Ticket, ending: Ending) {
        if ending == Ending::Success && self.word().is_clean(ticket) {
            self.totals.add(Total::Successes);
        } else {
            self.settle_with_effect(ticket, ending);
        }
    }

    #[cold]
    fn admit_unless_closed(&self) -> Result<Ticket, CircuitOpen> {
        loop {
            let word = self.word();
            match word.state() {
                State::Closed | State::Disabled | State::MetricsOnly => return Ok(word.ticket()),
                State::ForcedOpen => return Err(self.refuse(word, None)),
                State::Open => {
                    let now = self.time.nanos();
                    if !word.is_due(now) {
                        return Err(self.refuse(word, word.wait_left(now)));
                    }
                    if let Some(probing) = self.first_probe(word, now) {
                        return Ok(probing.ticket());
                    }
                }
                State::HalfOpen => {
                    let now = self.time.nanos();
                    if word.permits() > 0 {
                        self.expect_probe(now);
                        if self.swap(word, word.with_permits(word.permits() - 1)) {
                            return Ok(word.ticket());
                        }
                    } else if self.probes_are_lost(now) {
                        if let Some(probing) = self.first_probe(word, now) {
                            return Ok(probing.ticket());
                        }
                    } else if self.word() == word {
                        return Err(self.refuse(word, None));
                    }
                }
            }
        }
    }

    fn refuse(&self, word: Word, retry_after: Option<u64>) -> CircuitOpen {
        self.totals.add(Total::Rejected);
        CircuitOpen { name: self.name.clone(), state: word.state(), retry_after: retry_after.map(Duration::from_nanos) }
    }

    /// Starts a half-open episode and takes its first permit in the same step.
    fn first_probe(&self, seen: Word, now: u64) -> Option<Word> {
        self.expect_probe(now);
        let reason = Reason::WaitOver;
        self.transition(seen, reason, |generation| Word::half_open(generation, self.config.permits() - 1))
    }

    fn expect_probe(&self, now: u64) {
        let until = now.saturating_add(to_nanos(self.config.probe_timeout()));
        self.probes_until.fetch_max(until, Ordering::AcqRel);
    }

    fn probes_are_lost(&self, now: u64) -> bool {
        let until = self.probes_until.load(Ordering::Acquire);
        until != u64::MAX && now >= until
    }

    /// Totals the result, and lets it act on the state, unless it is of an older generation.
    #[cold]
    fn settle_with_effect(&self, ticket: Ticket, ending: Ending) {
        self.totals.add(match ending {
            Ending::Success => Total::Successes,
            Ending::Failure => Total::Failures,
            Ending::Ignored => Total::Ignored,
            Ending::Cancelled => Total::Cancelled,
        });
        if ending == Ending::Failure {
            self.last_failure.store(self.time.nanos(), Ordering::Relaxed);
        }
        loop {
            let word = self.word();
            if !word.issued(ticket) {
                return;
            }
            let done = match rule::settle(word, ending, &self.config) {
                Step::Keep => true,
                Step::Count(next) => self.swap(word, next),
                Step::Report(next) => self.swap(word, next) && self.would_open(next),
                Step::Enter(state, reason) => self.enter(word, state, reason),
            };
            if done {
                return;
            }
        }
    }

    pub(crate) fn command(&self, command: Command) {
        loop {
            let word = self.word();
            // The command is given to the state that its giver could read.
            if word.state() == State::Open && word.is_due(self.time.nanos()) {
                self.enter(word, State::HalfOpen, Reason::WaitOver);
                continue;
            }
            let Some(target) = rule::obey(word.state(), command) else { return };
            if self.enter(word, target, Reason::Manual) {
                return;
            }
        }
    }

    /// Puts another clock under the breaker and starts it anew: its deadlines were told by the old one.
    pub(crate) fn set_clock(&self, clock: impl Clock) {
        self.command(Command::ForceOpen);
        self.time.replace(clock);
        self.probes_until.store(0, Ordering::Release);
        self.last_failure.store(NO_FAILURE, Ordering::Relaxed);
        self.command(Command::Reset);
    }

    fn enter(&self, seen: Word, state: State, reason: Reason) -> bool {
        self.transition(seen, reason, |generation| match state {
            State::Closed => Word::closed(generation),
            State::HalfOpen => Word::half_open(generation, self.config.permits()),
            State::Open => Word::open(self.time.nanos().saturating_add(to_nanos(self.config.recovery_timeout()))),
            State::ForcedOpen => Word::forced_open(generation),
            State::Disabled => Word::disabled(generation),
            State::MetricsOnly => Word::metrics_only(generation),
        })
        .is_some()
    }

    /// The one place where the state changes. `None`: the word is no longer the one that was seen, decide again.
    #[cold]
    fn transition(&self, seen: Word, reason: Reason, next: impl FnOnce(Generation) -> Word) -> Option<Word> {
        let entered = {
            let mut ledger = self.ledger.lock();
            let generation = ledger.generation.next();
            let entered = next(generation);
            if !self.swap(seen, entered) {
                return None;
            }
            ledger.generation = generation;
            if entered.state() == State::Open {
                ledger.times_opened += 1;
            }
            if entered.state() != seen.state() {
                self.post(&mut ledger, seen, entered.state(), reason);
            }
            entered
        };
        self.deliver();
        Some(entered)
    }

    /// Reports that a metrics-only breaker would have opened at this word.
    #[cold]
    fn would_open(&self, word: Word) -> bool {
        self.post(&mut self.ledger.lock(), word, State::MetricsOnly, Reason::WouldOpen);
        self.deliver();
        true
    }

    fn post(&self, ledger: &mut Ledger, word: Word, to: State, reason: Reason) {
        let Ledger { outbox, times_opened, .. } = ledger;
        outbox.post(|| {
            let now = self.time.nanos();
            Transition {
                name: self.name.clone(),
                from: word.state(),
                to,
                at: self.time.wall_at(now),
                reason,
                snapshot: self.figures(word, word.state(), *times_opened, now),
            }
        });
    }

    fn deliver(&self) {
        deliver(&self.ledger, |ledger| &mut ledger.outbox);
    }

    pub(crate) fn subscribe(&self, listener: Listener) {
        self.ledger.lock().outbox.subscribe(listener);
    }

    /// The state as a reader sees it: an open breaker whose wait is over is half-open.
    pub(crate) fn state(&self) -> State {
        let word = self.word();
        if word.state() == State::Open && word.is_due(self.time.nanos()) { State::HalfOpen } else { word.state() }
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        let times_opened = self.ledger.lock().times_opened;
        let (word, now) = (self.word(), self.time.nanos());
        let due = word.state() == State::Open && word.is_due(now);
        self.figures(word, if due { State::HalfOpen } else { word.state() }, times_opened, now)
    }

    fn figures(&self, word: Word, state: State, times_opened: u64, now: u64) -> Snapshot {
        let total = |total| self.totals.read(total);
        let failed_at = self.last_failure.load(Ordering::Relaxed);
        Snapshot {
            name: self.name.clone(),
            state,
            consecutive_failures: word.streak(),
            window_calls: 0,
            window_failures: 0,
            window_slow: 0,
            failure_rate: None,
            slow_call_rate: None,
            half_open_successes: word.successes().into(),
            retry_after: if state == State::Open { word.wait_left(now).map(Duration::from_nanos) } else { None },
            last_failure: (failed_at != NO_FAILURE).then(|| self.time.wall_at(failed_at)),
            successes: total(Total::Successes),
            failures: total(Total::Failures),
            ignored: total(Total::Ignored),
            cancelled: total(Total::Cancelled),
            rejected: total(Total::Rejected),
            fallbacks: total(Total::Fallbacks),
            cached: 0,
            slow: 0,
            times_opened,
        }
    }
}
