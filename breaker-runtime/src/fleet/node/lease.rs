//! One prober: who asks for the lease, and what the one does that has it.

use crate::fleet::{
    change::What,
    node::{
        circuit::{End, Role},
        event::{Action, Asked, Key, LocalState},
        state::Node,
    },
};

/// Nodes ask for the lease within this time, and the first of them spares the others.
pub(super) const JITTER: u64 = 1000;
/// How long a lease is, unless it is renewed.
const LEASE: u64 = 6000;
const RENEWAL: u64 = LEASE / 3;
/// How often to look whether a circuit whose wait is over has rejected a call.
const LOOK: u64 = 250;
/// A holder without a call for so long yields, if another node asked.
const IDLE: u64 = RENEWAL;
/// How soon to say again how an episode ended.
const AGAIN: u64 = 300;

impl Node {
    pub(super) fn tick_lease(&mut self, key: &Key, now: u64, out: &mut Vec<Action>) {
        let jitter = self.jitter(JITTER);
        let Some(circuit) = self.circuits.get_mut(key) else { return };
        let (due, may_ask) = (circuit.due(), circuit.member.as_ref().is_some_and(|member| circuit.may_ask(member)));
        let open = circuit.row.open;
        let stale = circuit.stale_at().is_some_and(|at| at <= now);
        let Some(member) = &mut circuit.member else { return };
        match member.role {
            Role::Idle { look_at } if may_ask && due.max(look_at) <= now => {
                if member.local.rejected > member.rejected_before {
                    member.role = Role::Waiting { ask_at: now + jitter, closing: false };
                } else {
                    // Without calls there is nothing to probe with.
                    member.role = Role::Idle { look_at: now + LOOK };
                    out.push(Action::Look(Key::clone(key)));
                }
            }
            // The others may have gone, and left the fleet open.
            Role::Idle { .. } if stale => member.role = Role::Waiting { ask_at: now + jitter, closing: true },
            Role::Waiting { ask_at, closing } if ask_at <= now => {
                let still = if closing { open && member.local.state == LocalState::Closed } else { may_ask };
                if still && due <= now {
                    member.role = Role::Asked { closing };
                    self.change(key, Asked::Lease, What::Ask { lease: LEASE }, out);
                } else if still {
                    member.role = Role::Waiting { ask_at: due + jitter, closing };
                } else {
                    member.role = Role::IDLE;
                }
            }
            Role::Holding { epoch, renew_at, idle_since, answered } if renew_at <= now => {
                member.role = Role::Holding { epoch, renew_at: now + RENEWAL, idle_since, answered };
                out.push(Action::Look(Key::clone(key)));
                self.change(key, Asked::Renewal, What::Renew { epoch, lease: LEASE }, out);
            }
            Role::Settling { epoch, end, again_at } if again_at <= now => self.settle(key, epoch, end, now, out),
            _ => {}
        }
    }

    /// The lease is this node's.
    pub(super) fn take_lease(&mut self, key: &Key, now: u64, out: &mut Vec<Action>) {
        let Some(circuit) = self.circuits.get_mut(key) else { return };
        let epoch = circuit.row.epoch;
        let Some(member) = &mut circuit.member else { return };
        // Also if the answer is late, and it closed by its own probes meanwhile.
        let closing = matches!(member.role, Role::Asked { closing: true }) || member.recovered_at.is_some();
        let answered = member.local.answered;
        let holding = Role::Holding { epoch, renew_at: now + RENEWAL, idle_since: now, answered };
        member.close_at = None;
        match member.local.state {
            LocalState::Open => {
                member.role = holding;
                member.local.state = LocalState::HalfOpen;
                member.until = None;
                out.push(Action::HalfOpen(Key::clone(key)));
            }
            // Its own deadline fired meanwhile.
            LocalState::HalfOpen => member.role = holding,
            LocalState::Closed if closing => self.settle(key, epoch, End::Closed, now, out),
            // It was closed or forced by hand since it asked, or another process of its name did.
            LocalState::Closed | LocalState::Forced => self.settle(key, epoch, End::Yielded, now, out),
        }
    }

    pub(super) fn lease_answered(&mut self, key: &Key, granted: bool, now: u64, out: &mut Vec<Action>) {
        let jitter = self.jitter(JITTER);
        let Some(circuit) = self.circuits.get_mut(key) else { return };
        let (open, due) = (circuit.row.open, circuit.due());
        let Some(member) = &mut circuit.member else { return };
        if !matches!(member.role, Role::Asked { .. }) {
            // The row that came with the answer has said it all.
            return;
        }
        member.role = Role::Idle { look_at: due.max(now + jitter) };
        // The fleet is closed: this node is open alone, and probes alone.
        if granted && !open && member.local.state == LocalState::Open && member.close_at.is_none() {
            member.local.state = LocalState::HalfOpen;
            out.push(Action::HalfOpen(Key::clone(key)));
        }
    }

    /// The answer to a renewal, or to how the episode ended.
    pub(super) fn holder_answered(&mut self, key: &Key, granted: bool, now: u64, out: &mut Vec<Action>) {
        let jitter = self.jitter(JITTER);
        let Some(circuit) = self.circuits.get_mut(key) else { return };
        let open = circuit.row.open;
        let wanted = circuit.row.lease.as_ref().is_some_and(|lease| lease.wanted);
        let Some(member) = &mut circuit.member else { return };
        match member.role {
            // Fenced off, and no newer row says by whom: the engine has lost the lease.
            Role::Holding { .. } if !granted => {
                member.role = Role::IDLE;
                if member.local.state == LocalState::HalfOpen {
                    self.open_with_the_fleet(key, now, out);
                }
            }
            Role::Holding { epoch, idle_since, .. } => {
                if wanted && !member.local.busy && now >= idle_since + IDLE {
                    member.rejected_before = member.local.rejected;
                    self.settle(key, epoch, End::Yielded, now, out);
                }
            }
            Role::Settling { end, .. } => {
                // Not granted: the engine has lost the lease, so it is asked for again.
                let again = !granted && end == End::Closed && open;
                member.role = if again { Role::Waiting { ask_at: now + jitter, closing: true } } else { Role::IDLE };
                self.hold(key, now, out);
            }
            Role::Idle { .. } | Role::Waiting { .. } | Role::Asked { .. } => {}
        }
    }

    /// Says how the episode ended.
    pub(super) fn settle(&mut self, key: &Key, epoch: u64, end: End, now: u64, out: &mut Vec<Action>) {
        let Some(circuit) = self.circuits.get_mut(key) else { return };
        let openings = circuit.row.openings + 1;
        let Some(member) = &mut circuit.member else { return };
        let what = match end {
            End::Closed => What::Closed { epoch },
            End::Failed => What::Failed { epoch, wait: member.local.waits.after(openings) },
            End::Yielded => What::Yield { epoch },
        };
        let half_open = member.local.state == LocalState::HalfOpen;
        member.role = Role::Settling { epoch, end, again_at: now + AGAIN };
        if end == End::Yielded && half_open {
            self.open_with_the_fleet(key, now, out);
        }
        // Without a session it is said in the next one.
        if self.session.is_read() {
            self.change(key, Asked::Settle, what, out);
        }
    }

    /// No answer came.
    pub(super) fn unanswered(&mut self, key: &Key, asked: Asked, now: u64) {
        let jitter = self.jitter(JITTER);
        let Some(circuit) = self.circuits.get_mut(key) else { return };
        if asked == Asked::Restore {
            circuit.restore_at = Some(now + jitter);
        }
        let Some(member) = &mut circuit.member else { return };
        match (asked, member.role) {
            (Asked::Vote, _) => member.vote_at = Some(now + AGAIN),
            (Asked::Lease, Role::Asked { closing }) => {
                member.role = Role::Waiting { ask_at: now + jitter, closing };
            }
            // Both are said again when their time comes.
            (Asked::Renewal | Asked::Settle, _) | (Asked::Lease | Asked::Restore, _) => {}
        }
    }
}
