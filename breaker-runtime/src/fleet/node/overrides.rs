//! What an operator sets for the whole fleet.

use crate::fleet::node::{
    event::{Action, Key, LocalState, Notice},
    state::Node,
};

impl Node {
    /// There is another override, or it was lifted.
    pub(super) fn override_changed(&mut self, key: &Key, now: u64, out: &mut Vec<Action>) {
        let Some(circuit) = self.circuits.get_mut(key) else { return };
        let over = &circuit.row.over;
        let mode = over.mode_at(now);
        let notice =
            Notice::Overridden { key: Key::clone(key), mode, by: over.by.clone(), because: over.because.clone() };
        let Some(member) = &mut circuit.member else { return };
        if mode.is_none() && !member.forced {
            return;
        }
        member.forced = mode.is_some();
        out.push(Action::Notice(notice));
        out.push(Action::Force(Key::clone(key), mode));
        out.push(Action::Look(Key::clone(key)));
        if mode.is_none() {
            self.lifted(key, now, out);
        }
    }

    pub(super) fn tick_override(&mut self, key: &Key, now: u64, out: &mut Vec<Action>) {
        let Some(circuit) = self.circuits.get(key) else { return };
        let forced = circuit.member.as_ref().is_some_and(|member| member.forced);
        if forced && circuit.row.over.mode_at(now).is_none() {
            self.override_changed(key, now, out);
        }
    }

    /// The circuit is closed now, or as a hand forced it; the fleet's may be open.
    fn lifted(&mut self, key: &Key, now: u64, out: &mut Vec<Action>) {
        let Some(circuit) = self.circuits.get_mut(key) else { return };
        let open = circuit.row.open;
        let Some(member) = &mut circuit.member else { return };
        if member.local.state == LocalState::Forced {
            // Whether it is so is heard from the breaker; opening one that a hand forced does nothing.
            member.local.state = LocalState::Closed;
        }
        if open {
            self.take_opening(key, now, out);
        }
    }
}
