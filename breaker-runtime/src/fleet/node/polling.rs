//! One session after another: connect, read everything, serve; drop it after two time-outs in a row.

use crate::fleet::{
    engine::{EngineError, Poll, Polled},
    node::{
        circuit::Role,
        event::{Action, Notice},
        session::State,
        state::Node,
    },
};

/// The first wait before another session; each one that fails doubles it, up to [`MAX_BACK_OFF`].
const BACK_OFF: u64 = 100;
const MAX_BACK_OFF: u64 = 5000;
/// Time-outs in a row that end a session.
const MAX_TIMEOUTS: u32 = 2;

impl Node {
    pub(super) fn tick_session(&mut self, now: u64, out: &mut Vec<Action>) {
        match self.session.state {
            State::Down { retry_at } if retry_at <= now => {
                self.session.state = State::Connecting;
                out.push(Action::Connect);
            }
            State::Up { read, polling: false, poll_at, timeouts } if poll_at <= now => {
                self.session.state = State::Up { read, polling: true, poll_at, timeouts };
                // A new session reads everything again: what was published meanwhile was not heard.
                let seq = if read { self.session.seq } else { 0 };
                let poll = self.poll(seq, false);
                out.push(Action::Poll(poll));
            }
            _ => {}
        }
    }

    /// A poll as this node asks: 0 reads everything.
    pub(crate) fn poll(&mut self, seq: u64, names: bool) -> Poll {
        Poll {
            node: self.options.node.clone(),
            id: self.session.id.clone(),
            seq,
            live_for: self.options.poll * 2,
            nonce: self.nonce(),
            names,
        }
    }

    pub(super) fn polled(&mut self, result: Result<Polled, EngineError>, now: u64, out: &mut Vec<Action>) {
        let State::Up { read, timeouts, .. } = self.session.state else { return };
        let poll_at = now + self.next_poll();
        self.session.state = State::Up { read, polling: false, poll_at, timeouts };
        let polled = match result {
            Ok(polled) => polled,
            Err(error) => {
                if let State::Up { poll_at, read: false, .. } = &mut self.session.state {
                    // Nothing can be done before it was read.
                    *poll_at = now + BACK_OFF;
                }
                return self.failed(&error, now, out);
            }
        };
        let full = !read || polled.id != self.session.id || polled.seq < self.session.seq;
        self.session.id.clone_from(&polled.id);
        self.session.seq = polled.seq;
        self.session.state = State::Up { read: true, polling: false, poll_at, timeouts: 0 };
        let live = polled.live;
        self.live = live;
        self.hear_poll(polled, full, now, out);
        if !read {
            self.session.failures = 0;
            self.session.why.clear();
            out.push(Action::Notice(Notice::Connected { live }));
        }
        if full {
            self.vote_again(now);
        }
    }

    /// A command brought no answer.
    pub(super) fn failed(&mut self, error: &EngineError, now: u64, out: &mut Vec<Action>) {
        match error {
            EngineError::Malformed => self.count_malformed(1, out),
            EngineError::Declined(why) => out.push(Action::Notice(Notice::Declined { why: why.clone() })),
            EngineError::TimedOut | EngineError::Disconnected(_) => {}
        }
        let State::Up { read, polling, poll_at, timeouts } = self.session.state else { return };
        let timeouts = timeouts + 1;
        if timeouts >= MAX_TIMEOUTS || matches!(error, EngineError::Disconnected(_)) {
            out.push(Action::Disconnect);
            self.lose(error, now, out);
        } else {
            self.session.state = State::Up { read, polling, poll_at, timeouts };
        }
    }

    /// There is no session: the next one is tried later and later.
    pub(super) fn lose(&mut self, error: &EngineError, now: u64, out: &mut Vec<Action>) {
        let why = error.to_string();
        // Once for each reason, not for each attempt.
        if self.session.is_read() || self.session.why != why {
            out.push(Action::Notice(Notice::Degraded { why: why.clone() }));
        }
        self.session.why = why;
        let wait = BACK_OFF.saturating_mul(1 << self.session.failures.min(16)).min(MAX_BACK_OFF);
        let wait = wait / 2 + self.jitter(wait);
        self.session.failures = self.session.failures.saturating_add(1);
        self.session.state = State::Down { retry_at: now + wait };
        for circuit in self.circuits.values_mut() {
            if let Some(member) = &mut circuit.member {
                // A lease that was asked for, or is held, is settled in the next session.
                if let Role::Asked { closing } = member.role {
                    member.role = Role::Waiting { ask_at: now, closing };
                }
            }
        }
    }

    /// A poll period, half of it less or more.
    fn next_poll(&mut self) -> u64 {
        let poll = self.options.poll;
        poll / 2 + self.jitter(poll)
    }
}
