//! What a node is made of.

use std::collections::BTreeMap;

use crate::fleet::{
    change::{Change, What},
    namespace::MAX_ROWS,
    node::{
        circuit::{Circuit, Seen},
        event::{Action, Asked, Key, Notice},
        session::Session,
    },
};

/// The options of a node; durations in milliseconds.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// As it is written.
    pub(crate) node: String,
    pub(crate) quorum: u64,
    pub(crate) poll: u64,
    pub(crate) grace: u64,
    pub(crate) ramp: u64,
    pub(crate) seed: u64,
}

pub(crate) struct Node {
    pub(super) options: Options,
    random: fastrand::Rng,
    pub(super) session: Session,
    pub(super) circuits: BTreeMap<Key, Circuit>,
    malformed: u64,
    /// Living nodes, as the last poll said.
    pub(super) live: u64,
}

impl Node {
    pub(crate) fn new(options: Options, now: u64) -> Self {
        let random = fastrand::Rng::with_seed(options.seed);
        let session = Session::new(now);
        Self { options, random, session, circuits: BTreeMap::new(), malformed: 0, live: 0 }
    }

    pub(super) fn change(&mut self, key: &Key, asked: Asked, what: What, out: &mut Vec<Action>) {
        out.push(Action::Change(Key::clone(key), asked, Box::new(self.change_of(key, what))));
    }

    /// A change as this node asks for it.
    pub(crate) fn change_of(&mut self, key: &Key, what: What) -> Change {
        Change {
            name: key.to_string(),
            node: self.options.node.clone(),
            quorum: self.options.quorum,
            live_for: self.options.poll * 2,
            nonce: self.nonce(),
            what,
        }
    }

    /// The identity of a namespace that this very command begins: another one each time, or one that was lost and begun
    /// again would be taken for what it was.
    pub(super) fn nonce(&mut self) -> String {
        format!("{:016x}", self.random.u64(..))
    }

    pub(super) fn count_malformed(&mut self, count: u64, out: &mut Vec<Action>) {
        if count > 0 {
            self.malformed = self.malformed.saturating_add(count);
            out.push(Action::Notice(Notice::Malformed { total: self.malformed }));
        }
    }

    /// Up to so many milliseconds.
    pub(super) fn jitter(&mut self, max: u64) -> u64 {
        self.random.u64(0..=max)
    }

    /// The circuit of a name; `None` if a hostile engine made up more names than a namespace may have.
    pub(super) fn circuit(&mut self, key: &Key) -> Option<&mut Circuit> {
        if !self.circuits.contains_key(key) {
            if self.circuits.len() >= MAX_ROWS {
                return None;
            }
            self.circuits.insert(Key::clone(key), Circuit::default());
        }
        self.circuits.get_mut(key)
    }

    /// As it is written.
    pub(crate) fn name(&self) -> &str {
        &self.options.node
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.session.is_read()
    }

    pub(crate) fn malformed(&self) -> u64 {
        self.malformed
    }

    pub(crate) fn live(&self) -> u64 {
        self.live
    }

    /// What it knows of each circuit.
    pub(crate) fn seen(&self) -> impl Iterator<Item = (&Key, Seen<'_>)> {
        let connected = self.is_connected();
        self.circuits.iter().map(move |(key, circuit)| (key, circuit.seen(connected)))
    }

    /// Whether a breaker of this process takes part in it.
    pub(crate) fn shares(&self, key: &str) -> bool {
        self.circuits.get(key).is_some_and(|circuit| circuit.member.is_some())
    }

    /// Whether this node has opened it, and too few others have.
    pub(crate) fn is_outlier(&self, key: &str) -> bool {
        self.circuits.get(key).is_some_and(|circuit| circuit.seen(self.is_connected()).outlier)
    }

    #[cfg(test)]
    pub(crate) fn role_and_epoch(&self, key: &str) -> (Option<crate::fleet::node::circuit::Role>, u64) {
        let circuit = self.circuits.get(key);
        let role = circuit.and_then(|circuit| Some(circuit.member.as_ref()?.role));
        (role, circuit.map_or(0, |circuit| circuit.row.epoch))
    }
}
