//! The state machine: one word, and the one place where it changes state.
//!
//! A call comes through [`admit`](Machine::admit) and ends in [`settle`](Machine::settle). Both begin with the case that
//! nearly every call is, a clean closed state, and leave the others to paths out of line:
//!
//! | room | what |
//! |---|---|
//! | `admission` | probes and refusals |
//! | `settlement` | what a result does: to the window, to the word |
//! | `transition` | the change of state, by a result, by time, by hand |
//! | `figures` | what is shown |
//! | `dials` | the settings that are needed without a lock |
//!
//! # Orderings
//! The word is read with acquire and written with acquire-release, so whoever sees a state also sees what was prepared
//! for it. Whatever changes it is one compare-exchange against the word that was judged, else it is judged again.
//! Without a window, a count within the state takes no lock. A window stands under the ledger's lock, and so does every
//! transition: the ledger numbers the generations and puts the events in order.

use crate::{
    Config, Name, TransitionCounts,
    accounting::Records,
    clock::Time,
    event::{Listener, Outbox},
    rule::Ending,
    sync::{AtomicU64, Mutex, Ordering},
    totals::{Total, Totals},
    word::{Generation, Ticket, Word},
};

use self::dials::Dials;
pub(crate) use self::dials::Limits;

mod admission;
mod dials;
mod figures;
mod settlement;
mod transition;

/// No failure yet.
const NO_FAILURE: u64 = u64::MAX;

/// Laid out in this order: what a failure writes stands on one line with the word, and what every call reads and hardly
/// anything writes on the next.
#[repr(C, align(64))]
pub(crate) struct Machine {
    word: AtomicU64,
    last_failure: AtomicU64,
    /// The whole wait of the last opening.
    wait: AtomicU64,
    /// When an episode with all its permits out is given up. Raised before a probe is admitted, so whoever sees the
    /// permit gone sees it too; a straggler of an older episode can only raise it to its own time.
    probes_until: AtomicU64,
    /// Until when a time window's newest bucket takes successes: 0 before the window has moved, and the end of time without
    /// such a window.
    bucket_ends: AtomicU64,
    name: Name,
    dials: Dials,
    time: Time,
    totals: Totals,
    ledger: Mutex<Ledger>,
}

/// What stands under the lock.
struct Ledger {
    config: Config,
    generation: Generation,
    records: Records,
    /// Whether the last judged result found a rate over its limit.
    rate_is_over: bool,
    /// The failures in a row that the circuit opened with, and the failed probes since.
    failures_in_a_row: u32,
    /// Openings since the circuit last closed.
    openings: u32,
    times_opened: u64,
    transitions: TransitionCounts,
    random: fastrand::Rng,
    outbox: Outbox,
}

/// An admitted call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Admission {
    ticket: Ticket,
    /// The time of admission, if calls are timed.
    started: u64,
}

/// A refused call. Whole words, since it is handed on at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refused {
    word: Word,
    /// How long until probes are admitted; [`u64::MAX`] if time alone will not do it.
    left: u64,
}

/// Later than any end, so a call without a start is never slow.
const UNTIMED: u64 = u64::MAX;

impl Machine {
    pub(crate) fn new(name: Name, config: Config) -> Self {
        let dials = Dials::new(&config);
        Self {
            word: AtomicU64::new(Word::closed(Generation::FIRST, dials.mode().care()).bits()),
            last_failure: AtomicU64::new(NO_FAILURE),
            wait: AtomicU64::new(0),
            probes_until: AtomicU64::new(0),
            bucket_ends: AtomicU64::new(0),
            name,
            dials,
            time: Time::system(),
            totals: Totals::new(),
            ledger: Mutex::new(Ledger {
                generation: Generation::FIRST,
                records: Records::new(config.window()),
                config,
                rate_is_over: false,
                failures_in_a_row: 0,
                openings: 0,
                times_opened: 0,
                transitions: TransitionCounts::default(),
                random: fastrand::Rng::new(),
                outbox: Outbox::default(),
            }),
        }
    }

    #[inline]
    pub(crate) fn admit(&self) -> Result<Admission, Refused> {
        let word = self.word();
        if word.admits_simply() {
            Ok(Admission { ticket: word.ticket(), started: UNTIMED })
        } else {
            self.admit_with_care()
        }
    }

    /// Takes the result of an admitted call, once.
    #[inline]
    pub(crate) fn settle(&self, admission: Admission, ending: Ending) {
        if ending == Ending::Success && self.word().settles_simply(admission.ticket) {
            self.totals.add(Total::Successes);
        } else {
            self.settle_with_care(admission, ending);
        }
    }

    #[inline]
    fn word(&self) -> Word {
        Word::from_bits(self.word.load(Ordering::Acquire))
    }

    fn swap(&self, seen: Word, next: Word) -> bool {
        self.word.compare_exchange(seen.bits(), next.bits(), Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    /// The time by the breaker's clock, and which clock that is.
    #[cfg(feature = "cache")]
    pub(crate) fn moment(&self) -> crate::clock::Moment {
        self.time.moment()
    }

    #[cfg(feature = "macros")]
    #[inline]
    pub(crate) fn count(&self, total: Total) {
        self.totals.add(total);
    }

    pub(crate) fn name(&self) -> &Name {
        &self.name
    }

    pub(crate) fn config(&self) -> Config {
        self.ledger.lock().config.clone()
    }

    pub(crate) fn subscribe(&self, listener: Listener) {
        self.ledger.lock().outbox.subscribe(listener);
    }

    pub(crate) fn seed_jitter(&self, seed: u64) {
        self.ledger.lock().random.seed(seed);
    }
}
