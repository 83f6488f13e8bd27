//! What a breaker is, without threads, without tricks.

use std::time::Duration;

use breaker_runtime::{Reason, State};

use super::{Control, settings::Settings};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Success,
    Failure,
    /// The dependency asked to be left alone for so many nanoseconds.
    FailureFor(u64),
    Ignored,
    Cancelled,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Ticket {
    stay: u64,
    started: u64,
    timed: bool,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Plain,
    Probe,
    /// Inside a probe of the same breaker.
    Rider,
}

impl Ticket {
    pub(crate) fn is_probe(&self) -> bool {
        self.kind == Kind::Probe
    }
}

/// What a probe knows of the calls inside it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Inside {
    any_rode: bool,
    any_succeeded: bool,
}

#[derive(Clone, Copy, Debug)]
struct Call {
    at: u64,
    failed: bool,
    slow: bool,
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Totals {
    pub(crate) successes: u64,
    pub(crate) failures: u64,
    pub(crate) ignored: u64,
    pub(crate) cancelled: u64,
    pub(crate) rejected: u64,
    pub(crate) slow: u64,
    pub(crate) opened: u64,
}

#[derive(Debug)]
pub(crate) struct Model {
    settings: Settings,
    pub(crate) now: u64,
    state: State,
    /// Which stay in a state this is.
    stay: u64,
    pub(crate) streak: u32,
    window: Vec<Call>,
    /// Whether a rate was over its limit at the last call, and had been told of.
    rate_is_over: bool,
    permits: u32,
    pub(crate) successes: u32,
    deadline: u64,
    /// When the window of an open circuit stood still.
    stood_at: u64,
    /// The first admission since the last answer of a probe, and whether there was an answer since.
    probing_since: u64,
    is_answered: bool,
    openings: i32,
    pub(crate) opened: Option<(u64, Reason)>,
    pub(crate) last_failure: Option<u64>,
    pub(crate) totals: Totals,
    pub(crate) events: Vec<(State, State, Reason)>,
}

impl Model {
    pub(crate) fn new(settings: Settings) -> Self {
        Self {
            settings,
            now: 0,
            state: State::Closed,
            stay: 0,
            streak: 0,
            window: Vec::new(),
            rate_is_over: false,
            permits: 0,
            successes: 0,
            deadline: 0,
            stood_at: 0,
            probing_since: 0,
            is_answered: true,
            openings: 0,
            opened: None,
            last_failure: None,
            totals: Totals::default(),
            events: Vec::new(),
        }
    }

    pub(crate) fn state_read(&self) -> State {
        if self.is_due() { State::HalfOpen } else { self.state }
    }

    pub(crate) fn retry_after(&self) -> Option<Duration> {
        (self.state_read() == State::Open).then(|| Duration::from_nanos(self.deadline - self.now))
    }

    fn is_due(&self) -> bool {
        self.state == State::Open && self.now >= self.deadline
    }

    /// `probe` is the half-open probe in whose body the call is made.
    pub(crate) fn admit(&mut self, probe: Option<&Ticket>) -> Result<Ticket, (State, Option<Duration>)> {
        if self.is_due() {
            self.enter(State::HalfOpen, Reason::WaitOver);
        }
        let rides = self.state == State::HalfOpen && probe.is_some_and(|probe| probe.stay == self.stay);
        if self.state == State::HalfOpen && self.permits == 0 && !rides && self.timed_out() {
            self.enter(State::Open, Reason::ProbesTimedOut);
        }
        let kind = match self.state {
            State::Closed | State::Disabled | State::MetricsOnly => Kind::Plain,
            State::HalfOpen if rides => Kind::Rider,
            State::HalfOpen if self.permits > 0 => {
                self.permits -= 1;
                if self.is_answered {
                    (self.probing_since, self.is_answered) = (self.now, false);
                }
                Kind::Probe
            }
            State::Open | State::ForcedOpen | State::HalfOpen => {
                self.totals.rejected += 1;
                return Err((self.state, self.retry_after()));
            }
        };
        Ok(Ticket { stay: self.stay, started: self.now, timed: self.settings.slow_after.is_some(), kind })
    }

    fn timed_out(&self) -> bool {
        self.now - self.probing_since >= self.settings.probe_timeout
    }

    /// Ends a call, and tells the one around it.
    pub(crate) fn end(&mut self, ticket: Ticket, ending: Ending, inside: Inside, around: &mut Inside) {
        let ending = match ending {
            Ending::Cancelled if self.settings.cancel_fails => Ending::Failure,
            Ending::FailureFor(0) => Ending::Failure,
            Ending::Success if inside.any_rode && !inside.any_succeeded => Ending::Ignored,
            ending => ending,
        };
        let took = self.now - ticket.started;
        let slow =
            ticket.timed && ending != Ending::Ignored && self.settings.slow_after.is_some_and(|limit| took > limit);
        let failed = matches!(ending, Ending::Failure | Ending::FailureFor(_));
        match ending {
            Ending::Success => self.totals.successes += 1,
            Ending::Failure | Ending::FailureFor(_) => self.totals.failures += 1,
            Ending::Ignored => self.totals.ignored += 1,
            Ending::Cancelled => self.totals.cancelled += 1,
        }
        self.totals.slow += u64::from(slow);
        if failed {
            self.last_failure = Some(self.now);
        }
        if ticket.kind == Kind::Rider {
            around.any_rode = true;
            around.any_succeeded |= ending == Ending::Success;
            return;
        }
        if ticket.stay != self.stay {
            return;
        }
        match self.state {
            State::Closed | State::MetricsOnly => self.count(ending, failed, slow),
            State::HalfOpen => self.end_probe(ending, slow),
            State::Open | State::ForcedOpen | State::Disabled => {}
        }
    }

    fn end_probe(&mut self, ending: Ending, slow: bool) {
        let timed_out = self.timed_out();
        if ending != Ending::Cancelled {
            (self.probing_since, self.is_answered) = (self.now, true);
        }
        match ending {
            Ending::Failure => self.open(Reason::ProbeFailed, 0),
            Ending::FailureFor(wait) => self.open(Reason::ProbeFailed, wait),
            _ if slow => self.open(Reason::ProbeSlow, 0),
            Ending::Success => {
                self.successes += 1;
                self.permits = (self.permits + self.settings.growth).min(65_535);
                if self.successes >= self.settings.successes {
                    self.enter(State::Closed, Reason::ProbesSucceeded);
                }
            }
            Ending::Cancelled if timed_out => self.open(Reason::ProbesTimedOut, 0),
            Ending::Ignored | Ending::Cancelled => self.permits = (self.permits + 1).min(65_535),
        }
    }

    fn count(&mut self, ending: Ending, failed: bool, slow: bool) {
        let rate_was_over = self.rate_is_over && self.rate_over().is_some();
        let was_over = self.streak_is_over() || rate_was_over;
        if self.settings.keeps_window() && (failed || slow || ending == Ending::Success) {
            self.window.push(Call { at: self.now, failed, slow });
            self.rate_is_over = self.rate_over().is_some() && (failed || slow || rate_was_over);
        }
        match ending {
            Ending::Success => self.streak = 0,
            Ending::Failure | Ending::FailureFor(_) => self.streak += 1,
            Ending::Ignored | Ending::Cancelled => {}
        }
        let rate = if failed || slow { self.rate_over() } else { None };
        let (asked, at_least) = match ending {
            Ending::FailureFor(wait) => (Some(Reason::RetryAfter), wait),
            _ => (None, 0),
        };
        let streak = (failed && self.streak_is_over()).then_some(Reason::ConsecutiveFailures);
        match (self.state, asked.or(streak).or(rate)) {
            (State::Closed, Some(reason)) => self.open(reason, at_least),
            (_, Some(_)) if !was_over || asked.is_some() => self.report(),
            _ => {}
        }
    }

    fn report(&mut self) {
        self.events.push((State::MetricsOnly, State::MetricsOnly, Reason::WouldOpen));
    }

    fn streak_is_over(&self) -> bool {
        self.settings.threshold.is_some_and(|threshold| self.streak >= threshold)
    }

    fn rate_over(&self) -> Option<Reason> {
        let (calls, failures, slow) = self.window_at(self.now);
        let settings = &self.settings;
        if calls < settings.min_calls {
            None
        } else if settings.failure_percent.is_some_and(|percent| failures * 100 >= percent * calls) {
            Some(Reason::FailureRate)
        } else if settings.slow_after.is_some() && slow * 100 >= settings.slow_percent * calls {
            Some(Reason::SlowCallRate)
        } else {
            None
        }
    }

    /// Calls, failures and slow calls of the window at this time.
    fn window_at(&self, now: u64) -> (u64, u64, u64) {
        let calls: Vec<&Call> = match self.settings.window_nanos {
            Some(nanos) => {
                let bucket = |at| at / (nanos / 10);
                self.window.iter().filter(|call| bucket(now) - bucket(call.at) < 10).collect()
            }
            None => self.window.iter().rev().take(self.settings.window_calls).collect(),
        };
        let count = |f: fn(&Call) -> bool| calls.iter().filter(|call| f(call)).count() as u64;
        (calls.len() as u64, count(|call| call.failed), count(|call| call.slow))
    }

    pub(crate) fn window_read(&self) -> (u64, u64, u64) {
        match self.state_read() {
            // It stands still from the opening on.
            State::Open => self.window_at(self.stood_at),
            State::Closed | State::MetricsOnly => self.window_at(self.now),
            State::HalfOpen | State::ForcedOpen | State::Disabled => (0, 0, 0),
        }
    }

    pub(crate) fn share(&self, part: u64, calls: u64) -> Option<f64> {
        (calls > 0 && calls >= self.settings.min_calls).then(|| part as f64 / calls as f64)
    }

    fn wait(&self, openings: i32) -> u64 {
        let wait = self.settings.recovery as f64 * self.settings.backoff.powi(openings);
        (wait as u64).min(self.settings.longest)
    }

    /// Opens for the back-off's wait, or for longer if the dependency asked for it.
    fn open(&mut self, reason: Reason, at_least: u64) {
        let wait = self.wait(self.openings).max(at_least.min(self.settings.longest));
        self.open_for(reason, wait);
        self.openings += 1;
    }

    fn open_for(&mut self, reason: Reason, wait: u64) {
        self.enter_state(State::Open, reason);
        self.deadline = self.now + wait;
    }

    fn enter(&mut self, state: State, reason: Reason) {
        match state {
            State::Open => self.open(reason, 0),
            _ => self.enter_state(state, reason),
        }
    }

    fn enter_state(&mut self, state: State, reason: Reason) {
        if state != self.state {
            self.events.push((self.state, state, reason));
        }
        self.state = state;
        self.stay += 1;
        (self.streak, self.successes) = (0, 0);
        (self.permits, self.is_answered) = (self.settings.permits, true);
        self.rate_is_over = false;
        self.opened = match state {
            State::Open | State::ForcedOpen => Some(self.opened.unwrap_or((self.now, reason))),
            State::HalfOpen => self.opened,
            State::Closed | State::Disabled | State::MetricsOnly => None,
        };
        if state == State::Open {
            self.stood_at = self.now;
            self.totals.opened += 1;
        } else {
            self.window.clear();
        }
        if state == State::Closed {
            self.openings = 0;
        }
    }

    pub(crate) fn control(&mut self, control: Control) {
        // Zero does nothing.
        if control == Control::TripFor(0) {
            return;
        }
        if self.is_due() {
            self.enter(State::HalfOpen, Reason::WaitOver);
        }
        match (control, self.state) {
            (Control::Trip, State::Closed | State::HalfOpen) => self.open(Reason::Manual, 0),
            (Control::TripFor(wait), State::Closed | State::HalfOpen) => self.open_for(Reason::Manual, wait),
            (Control::TripFor(wait), State::Open) => self.deadline = self.deadline.max(self.now + wait),
            (Control::TripFor(_), State::MetricsOnly) => self.report(),
            (Control::HalfOpen, State::Open) => self.enter(State::HalfOpen, Reason::Manual),
            (Control::Close, State::Open | State::HalfOpen) => self.enter(State::Closed, Reason::Manual),
            (Control::Reset, _) => self.enter(State::Closed, Reason::Manual),
            (Control::ForceOpen, _) => self.force(State::ForcedOpen),
            (Control::Disable, _) => self.force(State::Disabled),
            (Control::MetricsOnly, _) => self.force(State::MetricsOnly),
            (Control::Trip | Control::TripFor(_) | Control::HalfOpen | Control::Close, _) => {}
        }
    }

    fn force(&mut self, state: State) {
        if state != self.state {
            self.enter(state, Reason::Manual);
        }
    }

    pub(crate) fn reconfigure(&mut self, settings: Settings) {
        let restarts = self.settings.restarts(&settings, self.state == State::HalfOpen);
        self.settings = settings;
        if restarts {
            self.window.clear();
            self.rate_is_over = false;
            (self.permits, self.is_answered) = (self.settings.permits, true);
            if self.state != State::Open {
                self.stay += 1;
                (self.streak, self.successes) = (0, 0);
            }
        }
    }
}
