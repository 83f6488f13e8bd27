//! Rows that the node hears of: in polls, in answers, and as they are published.

use crate::fleet::{
    change::What,
    engine::{Changed, EngineError, Polled},
    node::{
        circuit::{Role, by_node_clock},
        event::{Action, Asked, Key, LocalState, Notice},
        lease::JITTER,
        state::Node,
    },
    row::Row,
};

/// Nodes that lost a row from the engine's hands write it back within this time, and the first of them spares the others.
const RESTORE_JITTER: u64 = 1000;

impl Node {
    pub(super) fn hear_poll(&mut self, polled: Polled, full: bool, now: u64, out: &mut Vec<Action>) {
        self.count_malformed(polled.malformed, out);
        for (name, row) in &polled.rows {
            self.hear(&Key::from(name.as_str()), row, polled.now, now, out);
        }
        if full {
            // What is known here and was not in the answer, the engine has lost.
            let mut named: Vec<&str> = polled.rows.iter().map(|(name, _)| name.as_str()).collect();
            named.sort_unstable();
            let unnamed = |key: &&Key| named.binary_search(&&***key).is_err();
            let lost: Vec<Key> = self.circuits.keys().filter(unnamed).cloned().collect();
            for key in lost {
                self.hear(&key, &Row::default(), polled.now, now, out);
            }
        }
        let keys: Vec<Key> = self.circuits.keys().cloned().collect();
        for key in keys {
            self.hold(&key, now, out);
        }
    }

    /// Takes what is newer in a row; what is older there is written back.
    pub(super) fn hear(&mut self, key: &Key, row: &Row, engine_now: u64, now: u64, out: &mut Vec<Action>) {
        let restore_at = now + self.jitter(RESTORE_JITTER);
        let Some(circuit) = self.circuit(key) else {
            return self.count_malformed(1, out);
        };
        let heard = by_node_clock(row, engine_now, now);
        let (known, known_over) = (circuit.row.epoch, circuit.row.over.epoch);
        let (was_open, lost) = (circuit.row.open, heard.epoch < known || heard.over.epoch < known_over);
        circuit.restore_at = if lost { circuit.restore_at.or(Some(restore_at)) } else { None };
        let over = if heard.over.epoch >= known_over { heard.over.clone() } else { circuit.row.over.clone() };
        let newer = heard.epoch > known;
        if heard.epoch >= known {
            circuit.row = heard;
        }
        circuit.row.over = over;
        if circuit.row.over.epoch > known_over {
            self.override_changed(key, now, out);
        }
        if newer {
            self.state_changed(key, was_open, now, out);
        } else {
            self.hold(key, now, out);
        }
    }

    fn state_changed(&mut self, key: &Key, was_open: bool, now: u64, out: &mut Vec<Action>) {
        let Some(circuit) = self.circuits.get(key) else { return };
        let (open, lease) = (circuit.row.open, circuit.row.lease.as_ref());
        match (open, lease) {
            (false, _) => {
                if was_open {
                    out.push(Action::Notice(Notice::Closed(Key::clone(key))));
                }
                self.take_closing(key, now, out);
            }
            (true, Some(lease)) => {
                let (mine, node) = (lease.holder == self.options.node, lease.holder.clone());
                out.push(Action::Notice(Notice::Probing { key: Key::clone(key), node }));
                if mine {
                    self.take_lease(key, now, out);
                } else {
                    self.take_opening(key, now, out);
                }
            }
            (true, None) => {
                if !was_open {
                    out.push(Action::Notice(Notice::Opened(Key::clone(key))));
                }
                self.take_opening(key, now, out);
            }
        }
    }

    /// The fleet is closed: all close, one after another within the ramp.
    fn take_closing(&mut self, key: &Key, now: u64, out: &mut Vec<Action>) {
        let ramp = self.options.ramp;
        let after = self.jitter(ramp);
        let Some(member) = self.circuits.get_mut(key).and_then(|circuit| circuit.member.as_mut()) else { return };
        member.role = Role::IDLE;
        member.voted = false;
        member.vote_at = None;
        if matches!(member.local.state, LocalState::Open | LocalState::HalfOpen) {
            member.close_at = Some(now + after);
            // A local deadline must not fire meanwhile.
            if member.local.state == LocalState::Open && after > 0 {
                out.push(Action::TripFor(Key::clone(key), after + self.options.grace));
            }
        }
    }

    /// The fleet is open, and this node does not probe: the local circuit opens, and its deadline lies behind the fleet's.
    pub(super) fn take_opening(&mut self, key: &Key, now: u64, out: &mut Vec<Action>) {
        let jitter = self.jitter(JITTER);
        let Some(circuit) = self.circuits.get_mut(key) else { return };
        let stale = circuit.stale_at().is_some_and(|at| at <= now);
        let (since, due) = (circuit.row.since, circuit.due());
        let Some(member) = &mut circuit.member else { return };
        member.close_at = None;
        member.vote_at = None;
        member.role = Role::IDLE;
        match member.local.state {
            // It will be said that it is closed.
            LocalState::Closed if stale => {}
            // This node knows more: it recovered after the fleet opened, while it heard nothing.
            LocalState::Closed if member.recovered_at.is_some_and(|at| at > since) => {
                member.role = Role::Waiting { ask_at: due.max(now) + jitter, closing: true };
            }
            LocalState::Closed | LocalState::HalfOpen => self.open_with_the_fleet(key, now, out),
            LocalState::Open => self.hold(key, now, out),
            LocalState::Forced => {}
        }
    }

    pub(super) fn changed(
        &mut self,
        key: &Key,
        asked: Asked,
        result: Result<Changed, EngineError>,
        now: u64,
        out: &mut Vec<Action>,
    ) {
        let changed = match result {
            Ok(changed) => changed,
            Err(error) => {
                self.unanswered(key, asked, now);
                return self.failed(&error, now, out);
            }
        };
        self.session.answered();
        self.hear(key, &changed.row, changed.now, now, out);
        match asked {
            Asked::Vote => self.vote_answered(key, out),
            Asked::Lease => self.lease_answered(key, changed.granted, now, out),
            Asked::Renewal | Asked::Settle => self.holder_answered(key, changed.granted, now, out),
            Asked::Restore => {}
        }
    }

    pub(super) fn tick_restore(&mut self, key: &Key, now: u64, out: &mut Vec<Action>) {
        let Some(circuit) = self.circuits.get_mut(key) else { return };
        if circuit.restore_at.is_some_and(|at| at <= now) {
            circuit.restore_at = None;
            let what = What::Restore { row: circuit.row.clone(), as_of: now };
            self.change(key, Asked::Restore, what, out);
        }
    }
}
