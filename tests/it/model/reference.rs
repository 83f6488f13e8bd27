//! What a breaker is, without threads, without tricks.

use std::time::Duration;

use breaker_runtime::{Reason, State};

use super::{Control, settings::Settings};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Success,
    Failure,
    Ignored,
    Cancelled,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Ticket {
    stay: u64,
    started: u64,
    timed: bool,
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
    rate_is_over: bool,
    permits: u32,
    pub(crate) successes: u32,
    deadline: u64,
    probes_until: u64,
    openings: i32,
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
            probes_until: 0,
            openings: 0,
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

    pub(crate) fn admit(&mut self) -> Result<Ticket, (State, Option<Duration>)> {
        if self.is_due() || self.state == State::HalfOpen && self.permits == 0 && self.now >= self.probes_until {
            self.enter(State::HalfOpen, Reason::WaitOver);
        }
        match self.state {
            State::Closed | State::Disabled | State::MetricsOnly => {}
            State::HalfOpen if self.permits > 0 => {
                self.permits -= 1;
                self.probes_until = self.probes_until.max(self.now + self.settings.probe_timeout);
            }
            State::Open | State::ForcedOpen | State::HalfOpen => {
                self.totals.rejected += 1;
                return Err((self.state, self.retry_after()));
            }
        }
        Ok(Ticket { stay: self.stay, started: self.now, timed: self.settings.slow_after.is_some() })
    }

    pub(crate) fn end(&mut self, ticket: Ticket, ending: Ending) {
        let ending = match ending {
            Ending::Cancelled if self.settings.cancel_fails => Ending::Failure,
            ending => ending,
        };
        let took = self.now - ticket.started;
        let slow =
            ticket.timed && ending != Ending::Ignored && self.settings.slow_after.is_some_and(|limit| took > limit);
        let failed = ending == Ending::Failure;
        match ending {
            Ending::Success => self.totals.successes += 1,
            Ending::Failure => self.totals.failures += 1,
            Ending::Ignored => self.totals.ignored += 1,
            Ending::Cancelled => self.totals.cancelled += 1,
        }
        self.totals.slow += u64::from(slow);
        if failed {
            self.last_failure = Some(self.now);
        }
        if ticket.stay != self.stay {
            return;
        }
        match self.state {
            State::Closed | State::MetricsOnly => self.count(ending, failed, slow),
            State::HalfOpen => match ending {
                Ending::Failure => self.enter(State::Open, Reason::ProbeFailed),
                _ if slow => self.enter(State::Open, Reason::ProbeSlow),
                Ending::Success => {
                    self.successes += 1;
                    if self.successes >= self.settings.successes {
                        self.enter(State::Closed, Reason::ProbesSucceeded);
                    }
                }
                Ending::Ignored | Ending::Cancelled => self.permits += 1,
            },
            State::Open | State::ForcedOpen | State::Disabled => {}
        }
    }

    fn count(&mut self, ending: Ending, failed: bool, slow: bool) {
        if self.settings.keeps_window() && (slow || matches!(ending, Ending::Success | Ending::Failure)) {
            self.window.push(Call { at: self.now, failed, slow });
        }
        let was_over = self.streak_is_over() || self.rate_is_over;
        match ending {
            Ending::Success => self.streak = 0,
            Ending::Failure => self.streak += 1,
            Ending::Ignored | Ending::Cancelled => {}
        }
        if failed || slow {
            self.rate_is_over = self.rate_over().is_some();
        }
        let rate = if failed || slow { self.rate_over() } else { None };
        let reason = if self.streak_is_over() { Some(Reason::ConsecutiveFailures) } else { rate };
        match (self.state, reason) {
            (State::Closed, Some(reason)) => self.enter(State::Open, reason),
            (_, Some(_)) if !was_over => {
                self.events.push((State::MetricsOnly, State::MetricsOnly, Reason::WouldOpen));
            }
            _ => {}
        }
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
            State::Open => self.window_at(self.window.last().map_or(0, |_| self.opened_at())),
            State::Closed | State::MetricsOnly => self.window_at(self.now),
            State::HalfOpen | State::ForcedOpen | State::Disabled => (0, 0, 0),
        }
    }

    fn opened_at(&self) -> u64 {
        self.deadline - self.wait(self.openings - 1)
    }

    pub(crate) fn share(&self, part: u64, calls: u64) -> Option<f64> {
        (calls > 0 && calls >= self.settings.min_calls).then(|| part as f64 / calls as f64)
    }

    fn wait(&self, openings: i32) -> u64 {
        let wait = self.settings.recovery as f64 * self.settings.backoff.powi(openings);
        (wait as u64).min(self.settings.longest)
    }

    fn enter(&mut self, state: State, reason: Reason) {
        if state != self.state {
            self.events.push((self.state, state, reason));
        }
        self.state = state;
        self.stay += 1;
        (self.streak, self.successes) = (0, 0);
        self.rate_is_over = false;
        self.permits = self.settings.permits;
        if state == State::Open {
            self.deadline = self.now + self.wait(self.openings);
            self.openings += 1;
            self.totals.opened += 1;
        } else {
            self.window.clear();
        }
        if state == State::Closed {
            self.openings = 0;
        }
    }

    pub(crate) fn control(&mut self, control: Control) {
        if self.is_due() {
            self.enter(State::HalfOpen, Reason::WaitOver);
        }
        let target = match control {
            Control::Trip if !matches!(self.state, State::Closed | State::HalfOpen) => return,
            Control::Trip => State::Open,
            Control::Reset => State::Closed,
            Control::ForceOpen => State::ForcedOpen,
            Control::Disable => State::Disabled,
            Control::MetricsOnly => State::MetricsOnly,
        };
        if target != self.state || target == State::Closed {
            self.enter(target, Reason::Manual);
        }
    }

    pub(crate) fn reconfigure(&mut self, settings: Settings) {
        self.permits = settings.permits;
        self.settings = settings;
        self.window.clear();
        self.rate_is_over = false;
        if self.state != State::Open {
            self.stay += 1;
            (self.streak, self.successes) = (0, 0);
        }
    }
}
