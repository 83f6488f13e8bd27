//! A breaker small enough to run a thousand of: consecutive failures, a fixed wait, one probe at a time.

use crate::fleet::node::{Local, LocalState, Waits};

pub(super) const THRESHOLD: u32 = 5;
pub(super) const WAIT: u64 = 10_000;

#[derive(Debug)]
pub(super) struct Breaker {
    state: State,
    /// Whoever forced it.
    forced: bool,
    generation: u64,
    needed: u32,
    rejected: u64,
    answered: u64,
    recovered: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Closed { streak: u32 },
    Open { until: u64 },
    HalfOpen { out: u32, successes: u32 },
}

/// A call that was admitted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Permit {
    generation: u64,
    pub(super) probe: bool,
}

impl Breaker {
    /// One that closes after so many probes.
    pub(super) fn new(needed: u32) -> Self {
        Self {
            state: State::Closed { streak: 0 },
            forced: false,
            generation: 0,
            needed,
            rejected: 0,
            answered: 0,
            recovered: false,
        }
    }

    pub(super) fn admit(&mut self, now: u64) -> Option<Permit> {
        if let State::Open { until } = self.state {
            if until <= now && !self.forced {
                self.enter(State::HalfOpen { out: 0, successes: 0 });
            }
        }
        let admitted = match &mut self.state {
            _ if self.forced => false,
            State::Closed { .. } => true,
            State::Open { .. } => false,
            State::HalfOpen { out, .. } => {
                *out += 1;
                *out <= self.needed
            }
        };
        if !admitted {
            self.rejected += 1;
            return None;
        }
        Some(Permit { generation: self.generation, probe: self.is_half_open() })
    }

    pub(super) fn settle(&mut self, permit: Permit, success: bool, now: u64) {
        self.answered += 1;
        if permit.generation != self.generation || self.forced {
            return;
        }
        match (&mut self.state, success) {
            (State::Closed { streak }, true) => *streak = 0,
            (State::Closed { streak }, false) => {
                *streak += 1;
                if *streak >= THRESHOLD {
                    self.enter(State::Open { until: now + WAIT });
                }
            }
            (State::HalfOpen { successes, .. }, true) => {
                *successes += 1;
                if *successes >= self.needed {
                    self.enter(State::Closed { streak: 0 });
                    self.recovered = true;
                }
            }
            (State::HalfOpen { .. }, false) => self.enter(State::Open { until: now + WAIT }),
            (State::Open { .. }, _) => {}
        }
    }

    pub(super) fn trip_for(&mut self, left: u64, now: u64) {
        let end = now + left;
        match &mut self.state {
            _ if left == 0 || self.forced => {}
            State::Open { until } => *until = end.max(*until),
            State::Closed { .. } | State::HalfOpen { .. } => self.enter(State::Open { until: end }),
        }
    }

    pub(super) fn half_open(&mut self) {
        if matches!(self.state, State::Open { .. }) && !self.forced {
            self.enter(State::HalfOpen { out: 0, successes: 0 });
        }
    }

    pub(super) fn close(&mut self) {
        if !self.forced && !matches!(self.state, State::Closed { .. }) {
            self.enter(State::Closed { streak: 0 });
        }
    }

    pub(super) fn force(&mut self, forced: bool) {
        if self.forced != forced {
            self.forced = forced;
            self.enter(State::Closed { streak: 0 });
        }
    }

    pub(super) fn is_forced(&self) -> bool {
        self.forced
    }

    pub(super) fn is_closed(&self) -> bool {
        matches!(self.state, State::Closed { .. }) && !self.forced
    }

    pub(super) fn is_half_open(&self) -> bool {
        matches!(self.state, State::HalfOpen { .. }) && !self.forced
    }

    pub(super) fn local(&self, now: u64) -> Local {
        let (state, left) = match self.state {
            _ if self.forced => (LocalState::Forced, None),
            State::Closed { .. } => (LocalState::Closed, None),
            State::Open { until } => (LocalState::Open, Some(until.saturating_sub(now))),
            State::HalfOpen { .. } => (LocalState::HalfOpen, None),
        };
        let busy = matches!(self.state, State::HalfOpen { out, successes } if out > successes);
        Local {
            state,
            left,
            rejected: self.rejected,
            answered: self.answered,
            busy,
            recovered: self.recovered,
            waits: Waits { first: WAIT, multiplier: 1.0, max: WAIT },
        }
    }

    /// Counts the transitions, so that one can be told from none.
    pub(super) fn generation(&self) -> u64 {
        self.generation
    }

    fn enter(&mut self, state: State) {
        self.state = state;
        self.generation += 1;
        self.recovered = false;
    }
}
