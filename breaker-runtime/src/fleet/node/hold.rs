//! While connected, local deadlines lie behind the fleet's: the engine's silence is what lets them fire.

use crate::fleet::node::{
    circuit::Role,
    event::{Action, Key, LocalState},
    state::Node,
};

/// A deadline that is this near to where it should be is left alone.
const NEAR: u64 = 250;

impl Node {
    /// When a local circuit may go on by itself: as late after the fleet's own moment as a poll may take, and the grace.
    fn local_deadline(&self, due: u64, now: u64) -> u64 {
        due.max(now) + self.options.poll + self.options.poll / 2 + self.options.grace
    }

    /// Moves the deadline of a local circuit that is open, if the fleet's is.
    pub(super) fn hold(&mut self, key: &Key, now: u64, out: &mut Vec<Action>) {
        let Some(circuit) = self.circuits.get(key) else { return };
        let due = circuit.due();
        let Some(member) = &circuit.member else { return };
        let holds = matches!(member.role, Role::Holding { .. } | Role::Settling { .. });
        if !circuit.row.open || holds || member.local.state != LocalState::Open {
            return;
        }
        let deadline = self.local_deadline(due, now);
        // `None` is open for ever, by its own settings.
        if member.until.is_some_and(|until| until + NEAR < deadline) {
            self.trip_until(key, deadline, now, out);
        }
    }

    /// Opens a local circuit that is not.
    pub(super) fn open_with_the_fleet(&mut self, key: &Key, now: u64, out: &mut Vec<Action>) {
        let Some(circuit) = self.circuits.get_mut(key) else { return };
        let due = circuit.due();
        if let Some(member) = &mut circuit.member {
            // Taken down before the breaker says so: this opening is the fleet's and no vote.
            member.local.state = LocalState::Open;
            member.rejected_before = member.local.rejected;
        }
        let deadline = self.local_deadline(due, now);
        self.trip_until(key, deadline, now, out);
    }

    fn trip_until(&mut self, key: &Key, deadline: u64, now: u64, out: &mut Vec<Action>) {
        if let Some(member) = self.circuits.get_mut(key).and_then(|circuit| circuit.member.as_mut()) {
            member.until = Some(deadline);
        }
        out.push(Action::TripFor(Key::clone(key), deadline - now));
    }
}
