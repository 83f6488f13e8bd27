//! The state machine: one word, and the one place where it changes state.
//!
//! A call comes through [`admit`](Machine::admit) and ends in [`settle`](Machine::settle). Both begin with the case that
//! nearly every call is, a clean closed state, and leave the others to slow paths out of line:
//!
//! | file | what it does |
//! |---|---|
//! | `admission` | admits probes, rejects calls |
//! | `settlement` | applies the result of an admitted call |
//! | `transition` | changes the state: by a result, by time, by a control |
//! | `window` | records results in the sliding window, and moves it on |
//! | `snapshot` | builds the figures that are shown |
//! | `hot_config` | keeps the settings that are read without the lock |
//!
//! # Orderings
//! Every change of the word is one compare-exchange against the word that the decision was made on. If it fails, decide
//! again. Without a window, a count within the state takes no lock. A window stands under the ledger's lock, and so does
//! every transition: the ledger numbers the generations and puts the events in order.
//!
//! | atomic | who writes | who reads | ordering, and why |
//! |---|---|---|---|
//! | `word` | every transition (under the lock); counts within a state (without it) | every call | read acquire, written acquire-release: who sees a state also sees what was prepared for it |
//! | `last_failure` | a failure | a snapshot | relaxed: a figure, nothing is decided by it |
//! | `wait` | an opening, before it exchanges the word | a rejection, after it read the word | relaxed: published by the word; an older value only shortens what a caller is told |
//! | `probes_until` | an admission of a probe, before it takes the permit; `reconfigure` | an admission that finds no permit left | acquire-release: who sees the permit gone also sees the time |
//! | `bucket_ends` | who moves the window (under the lock) | a success in a window of time | relaxed: an older value only leads to the slow path, which looks again under the lock |
//! | `HotConfig` | `reconfigure` (under the lock) | slow paths | relaxed: a mixture belongs to the older generation |
//! | `Totals::used` | the first count on a stripe | readers of totals | relaxed, set before the count |
//! | totals of a stripe | its thread alone, or all threads of a shared stripe | readers of totals | relaxed: statistics |
//! | `deferred`, `drained` | see `totals/deferred.rs` | | |

use std::{
    fmt,
    panic::{RefUnwindSafe, UnwindSafe},
};

use crate::{
    accounting::Records,
    clock::Time,
    config::Config,
    listeners::{Listener, Outbox},
    name::Name,
    rejection::Rejection,
    rule::Ending,
    snapshot::TransitionCounts,
    sync::{AtomicU64, Mutex, Ordering},
    totals::{Total, Totals},
    word::{Generation, Ticket, Word},
};

use self::hot_config::HotConfig;

mod admission;
mod hot_config;
mod settlement;
mod snapshot;
mod transition;
mod window;

/// The time of the last failure, before the first.
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
    hot: HotConfig,
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

/// Later than any end, so a call without a start is never slow.
const UNTIMED: u64 = u64::MAX;

impl Machine {
    pub(crate) fn new(name: Name, config: Config) -> Self {
        let hot = HotConfig::new(&config);
        Self {
            word: AtomicU64::new(Word::closed(Generation::FIRST, hot.flags().closed()).bits()),
            last_failure: AtomicU64::new(NO_FAILURE),
            wait: AtomicU64::new(0),
            probes_until: AtomicU64::new(0),
            bucket_ends: AtomicU64::new(0),
            name,
            hot,
            time: Time::system(),
            totals: Totals::new(),
            ledger: Mutex::new(Ledger {
                records: Records::new(config.window()),
                config,
                generation: Generation::FIRST,
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

    /// Admits or rejects one call.
    #[inline]
    pub(crate) fn admit(&self) -> Result<Admission, Rejection<'_>> {
        let word = self.word();
        if word.admits_fast() { Ok(Admission { ticket: word.ticket(), started: UNTIMED }) } else { self.admit_slow() }
    }

    /// Takes the result of an admitted call, once.
    #[inline]
    pub(crate) fn settle(&self, admission: Admission, ending: Ending) {
        if ending == Ending::Success && self.word().settles_fast(admission.ticket) {
            self.totals.add(Total::Successes);
        } else {
            self.settle_slow(admission, ending);
        }
    }

    #[inline]
    fn word(&self) -> Word {
        Word::from_bits(self.word.load(Ordering::Acquire))
    }

    fn swap(&self, seen: Word, next: Word) -> bool {
        self.word.compare_exchange(seen.bits(), next.bits(), Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    /// Returns the time by the breaker's clock, and which clock that is.
    #[cfg(feature = "cache")]
    pub(crate) fn moment(&self) -> crate::clock::Moment {
        self.time.moment()
    }

    #[cfg(feature = "macros")]
    #[inline]
    pub(crate) fn count(&self, total: Total) {
        self.totals.add(total);
    }

    #[inline]
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

// A panic in a call is counted as its failure, and neither it nor one in a listener leaves a breaker half changed.
impl UnwindSafe for Machine {}
impl RefUnwindSafe for Machine {}

impl fmt::Debug for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Machine").field("name", &self.name).field("state", &self.state()).finish_non_exhaustive()
    }
}
