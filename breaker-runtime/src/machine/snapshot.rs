//! Builds the figures that are shown.

use std::time::{Duration, SystemTime};

use crate::{
    accounting::Tally,
    reason::Reason,
    rule,
    snapshot::{Snapshot, TransitionCounts},
    state::State,
    sync::Ordering,
    totals::{Sums, Total},
    word::Word,
};

use super::{Ledger, Machine, NO_FAILURE};

/// What a health endpoint shows.
pub(crate) struct Health {
    pub(crate) state: State,
    pub(crate) failures: u64,
    pub(crate) last_failure: Option<SystemTime>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) open_since: Option<SystemTime>,
    pub(crate) opened_by: Option<Reason>,
}

/// What a breaker has counted since it was made.
pub(crate) struct Lifetime {
    pub(crate) totals: Sums,
    pub(crate) times_opened: u64,
    /// `None` if the state never changed.
    pub(crate) transitions: Option<TransitionCounts>,
}

impl Machine {
    /// The state as a reader sees it: an open breaker whose wait is over is half-open.
    pub(crate) fn state(&self) -> State {
        let word = self.word();
        if word.state() == State::Open && word.is_due(self.time.nanos()) { State::HalfOpen } else { word.state() }
    }

    /// Returns what a health endpoint shows; `None` if that takes a look at the clock.
    pub(crate) fn health_without_clock(&self) -> Option<Health> {
        let word = self.word();
        if word.state() == State::Closed && !self.hot.flags().has_window() {
            // Without the lock, all that is shown stands on one cache line with the word. Of a hundred thousand keys it is the other
            // lines that take the longest.
            return Some(Health {
                state: State::Closed,
                failures: word.streak().into(),
                last_failure: self.last_failure(),
                retry_after: None,
                open_since: None,
                opened_by: None,
            });
        }
        let mut ledger = self.ledger.lock();
        let timed = self.word().state() == State::Open || self.hot.flags().needs_end_time();
        (!timed).then(|| self.health_in(&mut ledger, 0))
    }

    pub(crate) fn health(&self) -> Health {
        let now = self.time.nanos();
        self.health_in(&mut self.ledger.lock(), now)
    }

    fn health_in(&self, ledger: &mut Ledger, now: u64) -> Health {
        let word = self.word();
        if word.is_counted() {
            self.move_window(ledger, now);
        }
        let state = if word.state() == State::Open && word.is_due(now) { State::HalfOpen } else { word.state() };
        let window = if word.is_counted() || state == State::Open { ledger.records.tally() } else { Tally::default() };
        let in_a_row = match state {
            // Those that opened the circuit, and the failed probes since.
            State::Open | State::HalfOpen => ledger.failures_in_a_row,
            _ => word.streak(),
        };
        Health {
            state,
            failures: window.failures.max(in_a_row.into()),
            last_failure: self.last_failure(),
            retry_after: if state == State::Open { word.wait_left(now).map(Duration::from_nanos) } else { None },
            open_since: ledger.opened.map(|opened| opened.at),
            opened_by: ledger.opened.map(|opened| opened.by),
        }
    }

    /// Returns the lifetime totals only, for which no clock is read.
    pub(crate) fn lifetime(&self) -> Lifetime {
        let ledger = self.ledger.lock();
        let (times_opened, transitions) = (ledger.times_opened, ledger.changes.counts());
        drop(ledger);
        Lifetime { totals: self.totals.read_all(), times_opened, transitions }
    }

    fn last_failure(&self) -> Option<SystemTime> {
        let failed_at = self.last_failure.load(Ordering::Relaxed);
        (failed_at != NO_FAILURE).then(|| SystemTime::UNIX_EPOCH + Duration::from_nanos(failed_at))
    }

    /// Whether the circuit is open, also if its wait is over and no call has come yet.
    #[cfg(feature = "redis")]
    pub(crate) fn is_open(&self) -> bool {
        self.word().state() == State::Open
    }

    /// Whether a probe of this half-open episode is under way.
    #[cfg(feature = "redis")]
    pub(crate) fn has_probes_out(&self) -> bool {
        use crate::rule::ProbeLimits;

        let ledger = self.ledger.lock();
        let word = self.word();
        let ProbeLimits { permits, growth, .. } = ProbeLimits::of(&ledger.config);
        let successes = u64::from(word.successes());
        let admitted = u64::from(permits) + u64::from(growth) * successes;
        word.state() == State::HalfOpen && u64::from(word.permits()) + successes < admitted
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        let now = self.time.nanos();
        self.snapshot_in(&mut self.ledger.lock(), now)
    }

    fn snapshot_in(&self, ledger: &mut Ledger, now: u64) -> Snapshot {
        let word = self.word();
        if word.is_counted() {
            self.move_window(ledger, now);
        }
        let due = word.state() == State::Open && word.is_due(now);
        self.snapshot_of(ledger, word, if due { State::HalfOpen } else { word.state() }, now)
    }

    pub(super) fn snapshot_of(&self, ledger: &Ledger, word: Word, state: State, now: u64) -> Snapshot {
        let totals = self.totals.read_all();
        let total = |total| totals.get(total);
        // An open circuit shows what opened it.
        let window = if word.is_counted() || state == State::Open { ledger.records.tally() } else { Tally::default() };
        let share = |part: u64| {
            // No division by zero: `min_calls` is at least 1.
            rule::is_judged(&ledger.config, window.calls).then(|| part as f64 / window.calls as f64)
        };
        Snapshot {
            name: self.name.clone(),
            state,
            consecutive_failures: word.streak(),
            window_calls: window.calls,
            window_failures: window.failures,
            window_slow: window.slow,
            failure_rate: share(window.failures),
            slow_call_rate: share(window.slow),
            half_open_successes: word.successes().into(),
            retry_after: if state == State::Open { word.wait_left(now).map(Duration::from_nanos) } else { None },
            last_failure: self.last_failure(),
            open_since: ledger.opened.map(|opened| opened.at),
            opened_by: ledger.opened.map(|opened| opened.by),
            successes: total(Total::Successes),
            failures: total(Total::Failures),
            ignored: total(Total::Ignored),
            cancelled: total(Total::Cancelled),
            rejected: total(Total::Rejected),
            fallbacks: total(Total::Fallbacks),
            fallback_failures: total(Total::FallbackFailures),
            cached: total(Total::Cached),
            slow: total(Total::Slow),
            times_opened: ledger.times_opened,
            transitions: ledger.changes.counts().unwrap_or_default(),
        }
    }
}

#[cfg(all(test, feature = "redis", not(loom)))]
mod tests {
    use std::sync::Arc;

    use crate::{
        clock::Replacement,
        config::Config,
        machine::Role,
        rule::{Control, Ending},
        testing::ManualClock,
    };

    use super::*;

    #[test]
    fn a_circuit_whose_wait_is_over_is_open_until_a_probe_goes_out_and_each_probe_is_out_until_it_ends() {
        let config = Config::builder().half_open_max_calls(2).half_open_growth(3).success_threshold(10);
        let (config, clock) = (Arc::new(config.build().unwrap()), ManualClock::new());
        let replacement = Replacement::new(Arc::new(clock.clone()));
        let machine = Machine::new("test".into(), Arc::clone(&config), Some(replacement), Role::Single);
        let is = |state, is_open, has_probes_out| {
            assert_eq!(
                (machine.state(), machine.is_open(), machine.has_probes_out()),
                (state, is_open, has_probes_out)
            );
        };
        is(State::Closed, false, false);
        machine.control(Control::Trip);
        is(State::Open, true, false);
        clock.advance(config.recovery_timeout());
        is(State::HalfOpen, true, false);
        machine.control(Control::HalfOpen);
        is(State::HalfOpen, false, false);
        let (first, second) = (machine.admit().unwrap(), machine.admit().unwrap());
        is(State::HalfOpen, false, true);
        machine.settle(first, Ending::Success);
        is(State::HalfOpen, false, true);
        machine.settle(second, Ending::Ignored);
        is(State::HalfOpen, false, false);
        machine.settle(machine.admit().unwrap(), Ending::Success);
        is(State::HalfOpen, false, false);
    }
}
