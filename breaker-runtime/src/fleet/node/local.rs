//! What the local breaker does by itself.

use crate::fleet::{
    change::What,
    node::{
        circuit::{End, Role},
        event::{Action, Asked, Key, Local, LocalState, Notice},
        lease::JITTER,
        state::Node,
    },
    row::MAX_NUMBER,
};

impl Node {
    pub(super) fn hear_local(&mut self, key: &Key, local: Local, now: u64, out: &mut Vec<Action>) {
        let Some(circuit) = self.circuits.get_mut(key) else { return };
        let Some(member) = &mut circuit.member else { return };
        let before = member.local;
        if local.state != before.state {
            member.recovered_at = (local.state == LocalState::Closed && local.recovered).then_some(now);
        }
        if let Role::Holding { epoch, renew_at, answered, .. } = member.role {
            if local.busy || local.answered != answered {
                member.role = Role::Holding { epoch, renew_at, idle_since: now, answered: local.answered };
            }
        }
        circuit.set_local(now, local);
        match local.state {
            state if state == before.state => {}
            LocalState::Open => {
                self.rejected_from(key, before.rejected);
                self.opened(key, now, out);
            }
            LocalState::Closed => self.closed(key, local.recovered, now, out),
            LocalState::Forced => {
                self.end_episode(key, End::Yielded, now, out);
            }
            LocalState::HalfOpen => {}
        }
    }

    fn rejected_from(&mut self, key: &Key, rejected: u64) {
        if let Some(member) = self.circuits.get_mut(key).and_then(|circuit| circuit.member.as_mut()) {
            member.rejected_before = rejected;
        }
    }

    /// The local circuit opened by itself.
    pub(super) fn opened(&mut self, key: &Key, now: u64, out: &mut Vec<Action>) {
        if self.end_episode(key, End::Failed, now, out) {
            return;
        }
        let Some(circuit) = self.circuits.get_mut(key) else { return };
        let open = circuit.row.open;
        let Some(member) = &mut circuit.member else { return };
        if open {
            member.role = Role::IDLE;
            self.hold(key, now, out);
        } else {
            member.close_at = None;
            member.voted = false;
            member.vote_at = Some(now);
        }
    }

    fn closed(&mut self, key: &Key, recovered: bool, now: u64, out: &mut Vec<Action>) {
        let end = if recovered { End::Closed } else { End::Yielded };
        if self.end_episode(key, end, now, out) {
            return;
        }
        let ask_at = now + self.jitter(JITTER);
        let Some(circuit) = self.circuits.get_mut(key) else { return };
        let open = circuit.row.open;
        let Some(member) = &mut circuit.member else { return };
        member.close_at = None;
        member.vote_at = None;
        member.voted = false;
        // It recovered by itself while the engine said nothing: it may tell the others.
        if recovered && open {
            member.role = Role::Waiting { ask_at, closing: true };
        }
    }

    /// Whether there was one.
    fn end_episode(&mut self, key: &Key, end: End, now: u64, out: &mut Vec<Action>) -> bool {
        let member = self.circuits.get(key).and_then(|circuit| circuit.member.as_ref());
        let Some(epoch) = member.and_then(|member| member.role.held_epoch()) else { return false };
        self.settle(key, epoch, end, now, out);
        true
    }

    pub(super) fn tick_local(&mut self, key: &Key, now: u64, out: &mut Vec<Action>) {
        let up = self.session.is_read();
        let Some(circuit) = self.circuits.get_mut(key) else { return };
        let open = circuit.row.open;
        let Some(member) = &mut circuit.member else { return };
        if member.close_at.is_some_and(|at| at <= now) {
            member.close_at = None;
            out.push(Action::Close(Key::clone(key)));
        }
        if up && member.vote_at.is_some_and(|at| at <= now) {
            member.vote_at = None;
            // An opening of the fleet's own needs no vote any more.
            if !open && member.local.state == LocalState::Open {
                let left = member.until.map_or(MAX_NUMBER, |until| until.saturating_sub(now));
                if left > 0 {
                    self.change(key, Asked::Vote, What::Vote { left }, out);
                }
            }
        }
    }

    pub(super) fn vote_answered(&mut self, key: &Key, out: &mut Vec<Action>) {
        let Some(circuit) = self.circuits.get_mut(key) else { return };
        let open = circuit.row.open;
        let Some(member) = &mut circuit.member else { return };
        member.voted = member.local.state == LocalState::Open;
        if member.voted && !open {
            out.push(Action::Notice(Notice::Outlier(Key::clone(key))));
        }
    }

    /// What the engine must hear again in a new session.
    pub(super) fn vote_again(&mut self, now: u64) {
        for circuit in self.circuits.values_mut() {
            let open = circuit.row.open;
            let Some(member) = &mut circuit.member else { continue };
            if !open && member.local.state == LocalState::Open && member.close_at.is_none() {
                member.vote_at = Some(now);
            }
        }
    }
}
