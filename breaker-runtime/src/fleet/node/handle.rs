//! What happens, one thing after another.

use crate::fleet::{
    change::What,
    engine::EngineError,
    node::{
        circuit::Circuit,
        event::{Action, Asked, Event, Key, Local, LocalState},
        state::Node,
    },
};

impl Node {
    /// What is to be done about it, in this order.
    pub(crate) fn handle(&mut self, event: Event, now: u64) -> Vec<Action> {
        let mut out = Vec::new();
        match event {
            Event::Joined(key, local) => self.join(key, local, now, &mut out),
            Event::Left(key) => self.leave(&key, &mut out),
            Event::Local(key, local) => self.hear_local(&key, local, now, &mut out),
            Event::Connected => self.session.began(),
            Event::ConnectFailed(error) => self.lose(&error, now, &mut out),
            Event::Lost => {
                out.push(Action::Disconnect);
                self.lose(&EngineError::Disconnected("the session ended".to_owned()), now, &mut out);
            }
            Event::Polled(result) => self.polled(result, now, &mut out),
            Event::Changed(key, asked, result) => self.changed(&key, asked, result, now, &mut out),
            Event::Heard(message) => {
                let key = Key::from(message.name);
                self.hear(&key, &message.row, message.now, now, &mut out);
            }
            Event::Malformed => self.count_malformed(1, &mut out),
            Event::Tick => {}
        }
        self.tick(now, &mut out);
        out
    }

    /// When it wants to hear of the time, if nothing happens before.
    pub(crate) fn wakes_at(&self) -> u64 {
        let circuits = self.circuits.values().map(|circuit| circuit.wakes_at(self.session.is_read()));
        circuits.fold(self.session.wakes_at(), u64::min)
    }

    fn tick(&mut self, now: u64, out: &mut Vec<Action>) {
        self.tick_session(now, out);
        let due = |circuit: &Circuit, up| circuit.wakes_at(up) <= now;
        let up = self.session.is_read();
        let keys: Vec<Key> =
            self.circuits.iter().filter(|(_, circuit)| due(circuit, up)).map(|(key, _)| Key::clone(key)).collect();
        for key in keys {
            self.tick_override(&key, now, out);
            self.tick_local(&key, now, out);
            if self.session.is_read() {
                self.tick_restore(&key, now, out);
                self.tick_lease(&key, now, out);
            }
        }
    }

    fn join(&mut self, key: Key, local: Local, now: u64, out: &mut Vec<Action>) {
        let circuit = self.circuits.entry(Key::clone(&key)).or_default();
        circuit.join(now, local);
        let (opens, overridden) = (circuit.row.open, circuit.row.over.mode_at(now));
        if overridden.is_some() {
            self.override_changed(&key, now, out);
        } else if local.state == LocalState::Open {
            self.opened(&key, now, out);
        } else if opens {
            self.take_opening(&key, now, out);
        }
    }

    /// The breaker is gone, or is shared no more: a lease that is held for it is given back.
    fn leave(&mut self, key: &Key, out: &mut Vec<Action>) {
        let Some(member) = self.circuits.get_mut(key).and_then(|circuit| circuit.member.take()) else { return };
        if let Some(epoch) = member.role.held_epoch().filter(|_| self.session.is_read()) {
            self.change(key, Asked::Settle, What::Yield { epoch }, out);
        }
    }

    /// What is given back when the node ends: a held lease.
    pub(crate) fn end(&mut self) -> Vec<Action> {
        let held: Vec<(Key, u64)> = self
            .circuits
            .iter()
            .filter_map(|(key, circuit)| Some((Key::clone(key), circuit.member.as_ref()?.role.held_epoch()?)))
            .collect();
        let mut out = Vec::new();
        for (key, epoch) in held {
            self.change(&key, Asked::Settle, What::Yield { epoch }, &mut out);
        }
        out
    }
}
