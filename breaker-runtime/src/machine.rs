//! The state machine: one word, and the one place where it changes state.
//!
//! A call comes through [`admit`](Machine::admit) and ends in [`settle`](Machine::settle). Both begin with the case that
//! nearly every call is, a clean closed state, and leave the others to slow paths out of line:
//!
//! | file | what it does |
//! |---|---|
//! | `admission` | admits and rejects calls of every state that is not simply closed |
//! | `probes` | admits half-open probes and applies their results |
//! | `probe_wait` | remembers since when the probes owe an answer |
//! | `settlement` | applies the result of an admitted call |
//! | `transition` | changes the state: by a result, by time, by a control |
//! | `opened` | remembers since when a circuit keeps callers out, and why |
//! | `changes` | counts how often each state followed each other one |
//! | `forced` | forces states, and lifts them |
//! | `reload` | puts other settings, or another clock, in place |
//! | `window` | records results in the sliding window, and moves it on |
//! | `snapshot` | builds the figures that are shown |
//! | `layers` | rejects in two steps and settles late, as a tower layer must |
//! | `idle` | tells whether a family can do without the breaker of a key |
//! | `hot_config` | keeps the settings that are read without the lock |
//!
//! # Orderings
//! Every change of the word is one compare-exchange against the word that the decision was made on. If it fails, decide
//! again. Without a window, a count within a closed state takes no lock. A window stands under the ledger's lock, and so
//! do half-open probes and every transition: the ledger numbers the generations and puts the events in order.
//!
//! No code of the user's runs under the lock: a clock is read before it is taken, an event is delivered after it.
//!
//! | atomic | who writes | who reads | ordering, and why |
//! |---|---|---|---|
//! | `word` | every transition and every probe (under the lock); the streak (without it) | every call | read acquire, written acquire-release: who sees a state also sees what was prepared for it |
//! | `last_failure` | a failure; who puts another clock in place (under the lock) | a snapshot | relaxed: a figure, nothing is decided by it |
//! | `wait` | an opening, before it exchanges the word (under the lock) | a rejection, after it read the word | relaxed: published by the word; an older value only shortens what a caller is told |
//! | `probes_overdue_at` | the entry into half-open; an admission of a probe, before it takes the permit; an answer; a reload (all under the lock) | a caller that finds no permit left | acquire-release: an older value only makes that caller look under the lock, or be rejected a moment longer |
//! | `bucket_ends` | who moves the window, or empties it for other settings (under the lock) | a success in a window of time | relaxed: an older value only leads to the slow path, which looks again under the lock |
//! | `clock_since` | who puts another clock in place (under the lock) | the end of a timed call | relaxed: published by the word, whose generation the call's ticket carries |
//! | `HotConfig` | a reload (under the lock) | slow paths | relaxed: see `hot_config.rs` |
//! | `Totals::used` | the first count on a stripe | readers of totals | relaxed, set before the count |
//! | totals of a stripe | its thread alone, or all threads of a shared stripe | readers of totals | relaxed: statistics |
//! | `Deferred` | see `totals/deferred.rs` | | |

use std::{
    fmt,
    panic::{RefUnwindSafe, UnwindSafe},
    sync::Arc,
};

use crate::{
    accounting::Records,
    clock::{Replacement, Time},
    config::Config,
    listeners::{Listener, ListenerId, Outbox},
    name::Name,
    rejection::Rejection,
    rule::{Ending, Forced},
    sync::{AtomicU64, Mutex, Ordering},
    totals::{Striping, Total, Totals},
    word::{Generation, Ticket, Word},
};

use self::{changes::Changes, hot_config::HotConfig, opened::Opened, probe_wait::ProbeWait};
pub(crate) use self::{
    idle::Rank,
    snapshot::{Health, Lifetime},
};

mod admission;
mod changes;
mod forced;
mod hot_config;
mod idle;
#[cfg(feature = "tower")]
mod layers;
mod opened;
mod probe_wait;
mod probes;
mod reload;
mod settlement;
mod snapshot;
mod transition;
mod window;

/// The time of day of the last failure, before the first.
const NO_FAILURE: u64 = u64::MAX;

/// Laid out in this order: what a failure writes stands on one line with the word, and what every call reads and hardly
/// anything writes on the next.
#[repr(C, align(64))]
pub(crate) struct Machine {
    word: AtomicU64,
    /// Nanoseconds since the Unix epoch.
    last_failure: AtomicU64,
    /// The whole wait of the last opening.
    wait: AtomicU64,
    /// From when on a caller that finds no half-open permit left looks whether the episode has failed.
    probes_overdue_at: AtomicU64,
    /// Until when a time window's newest bucket takes successes: 0 before the window has moved, and the end of time without
    /// such a window.
    bucket_ends: AtomicU64,
    /// The generation that the breaker's clock was put in place with: times of older ones are of another clock.
    clock_since: AtomicU64,
    name: Name,
    hot: HotConfig,
    role: Role,
    time: Time,
    totals: Totals,
    ledger: Mutex<Ledger>,
}

/// What a breaker is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// A breaker by itself.
    Single,
    /// One of many, of which each should be small.
    Key,
    /// Counts the calls of keys that found no room: results change nothing.
    Unguarded,
}

/// What stands under the lock.
struct Ledger {
    config: Arc<Config>,
    generation: Generation,
    records: Records,
    /// Whether a metrics-only circuit has told of a rate over its limit, which was not under it since.
    rate_is_over: bool,
    probe_wait: ProbeWait,
    forced: Forced,
    opened: Option<Opened>,
    /// The failures in a row that the circuit opened with, and the failed probes since.
    failures_in_a_row: u32,
    /// Openings since the circuit last closed.
    openings: u32,
    times_opened: u64,
    /// Whether it was told that a call inside a probe was rejected by the probe's own breaker.
    #[cfg(feature = "macros")]
    told_of_itself: bool,
    changes: Changes,
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

impl Admission {
    /// Whether the call is a half-open probe.
    #[inline]
    pub(crate) fn is_probe(&self) -> bool {
        self.ticket.is_probe()
    }

    /// Whether it is worth asking [`is_probe`](Self::is_probe): one test, which a call of a closed circuit fails.
    #[inline]
    pub(crate) fn may_be_probe(&self) -> bool {
        self.ticket.may_be_probe()
    }

    #[inline]
    pub(crate) fn ticket(&self) -> Ticket {
        self.ticket
    }
}

impl Machine {
    pub(crate) fn new(name: Name, config: Arc<Config>, clock: Option<Replacement>, role: Role) -> Self {
        let hot = HotConfig::new(&config);
        Self {
            word: AtomicU64::new(Word::closed(Generation::FIRST, hot.flags().closed()).bits()),
            last_failure: AtomicU64::new(NO_FAILURE),
            wait: AtomicU64::new(0),
            probes_overdue_at: AtomicU64::new(0),
            bucket_ends: AtomicU64::new(0),
            clock_since: AtomicU64::new(Generation::FIRST.number()),
            name,
            hot,
            role,
            time: Time::new(clock),
            totals: Totals::new(if role == Role::Key { Striping::Few } else { Striping::Many }),
            ledger: Mutex::new(Ledger {
                records: Records::new(config.window()),
                config,
                generation: Generation::FIRST,
                rate_is_over: false,
                probe_wait: ProbeWait::NONE,
                forced: Forced::default(),
                opened: None,
                failures_in_a_row: 0,
                openings: 0,
                times_opened: 0,
                #[cfg(feature = "macros")]
                told_of_itself: false,
                changes: Changes::default(),
                random: fastrand::Rng::new(),
                outbox: Outbox::default(),
            }),
        }
    }

    /// Admits or rejects one call.
    #[inline]
    pub(crate) fn admit(&self) -> Result<Admission, Rejection<'_>> {
        self.admit_fast().map_or_else(|| self.admit_slow(false), Ok)
    }

    /// As [`admit`](Self::admit). If the call is a probe, calls on this thread ride on it from now on, until who asked for it
    /// [leaves](crate::probe_scope::leave).
    #[inline]
    pub(crate) fn admit_in_scope(&self) -> Result<Admission, Rejection<'_>> {
        self.admit_fast().map_or_else(|| self.admit_slow(true), Ok)
    }

    /// Admits a call of a closed circuit that need not be timed.
    #[inline]
    fn admit_fast(&self) -> Option<Admission> {
        Some(Admission { ticket: self.word().admits_fast()?, started: UNTIMED })
    }

    /// Takes the result of an admitted call, once.
    #[inline]
    pub(crate) fn settle(&self, admission: Admission, ending: Ending) {
        if ending == Ending::Success && self.settles_fast(admission) {
            self.count(Total::Successes);
        } else {
            self.settle_slow(admission, ending, 0);
        }
    }

    /// Whether a success of this call is only totalled.
    #[inline]
    pub(crate) fn settles_fast(&self, admission: Admission) -> bool {
        self.word().settles_fast(admission.ticket)
    }

    /// Identifies the breaker on this thread, as long as it stays where it is: a permit borrows it.
    pub(crate) fn id(&self) -> usize {
        std::ptr::from_ref(self).addr()
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

    #[inline]
    pub(crate) fn count(&self, total: Total) {
        self.totals.add(total);
    }

    #[inline]
    pub(crate) fn name(&self) -> &Name {
        &self.name
    }

    pub(crate) fn config(&self) -> Config {
        Config::clone(&self.ledger.lock().config)
    }

    pub(crate) fn subscribe(&self, id: ListenerId, listener: Listener) {
        self.ledger.lock().outbox.subscribe(id, listener);
    }

    /// Returns whether there was such a listener. Its destructor is the user's code, so it runs after the lock.
    pub(crate) fn unsubscribe(&self, id: ListenerId) -> bool {
        let removed = self.ledger.lock().outbox.unsubscribe(id);
        removed.is_some()
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
