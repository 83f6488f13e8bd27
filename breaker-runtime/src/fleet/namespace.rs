//! A namespace as an engine keeps it, and as the script of Redis does.

use std::collections::BTreeMap;

use crate::fleet::{
    change::{Change, Surroundings},
    engine::{Changed, EngineError, Message, Poll, Polled},
    row::Row,
};

/// The most circuits of a namespace.
pub(crate) const MAX_ROWS: usize = 4096;
/// The most names of nodes in an answer.
pub(crate) const MAX_NODES: usize = 1024;

/// The rows, the heartbeats, and the number of the last change.
#[derive(Clone, Debug, Default)]
pub(crate) struct Namespace {
    /// Empty as long as there is none.
    id: String,
    born: u64,
    seq: u64,
    nodes: BTreeMap<String, u64>,
    rows: BTreeMap<String, Row>,
}

impl Namespace {
    pub(crate) fn poll(&mut self, poll: &Poll, now: u64) -> Polled {
        self.begin(&poll.nonce, now);
        self.nodes.retain(|_, beat| now.saturating_sub(*beat) <= poll.live_for);
        if self.nodes.is_empty() {
            // All have gone, as in a deploy: what the living are is not known yet.
            self.born = now;
        }
        self.nodes.insert(poll.node.clone(), now);
        let mut polled = Polled::new(now, self.id.clone(), self.seq, self.nodes.len() as u64);
        // A number that is not of this namespace, or of later than it knows, says nothing.
        let seen = if poll.id == self.id && poll.seq <= self.seq { poll.seq } else { 0 };
        polled.rows = self.rows.iter().filter(|(_, row)| row.seq > seen).map(|(n, r)| (n.clone(), r.clone())).collect();
        if poll.names {
            polled.nodes = self.nodes.keys().take(MAX_NODES).cloned().collect();
        }
        polled
    }

    /// The answer, and what is to be published.
    pub(crate) fn change(&mut self, change: &Change, now: u64) -> Result<(Changed, Option<Message>), EngineError> {
        self.begin(&change.nonce, now);
        if self.rows.len() >= MAX_ROWS && !self.rows.contains_key(&change.name) {
            return Err(EngineError::Declined("the namespace is full".to_owned()));
        }
        let live = self.nodes.values().filter(|beat| now.saturating_sub(**beat) <= change.live_for).count() as u64;
        let mut row = self.rows.get(&change.name).cloned().unwrap_or_default();
        let effect = change.apply(&mut row, Surroundings::new(now, self.born, live));
        if effect.changed {
            self.seq += 1;
            row.seq = self.seq;
            self.rows.insert(change.name.clone(), row.clone());
        }
        let message = effect.published.then(|| Message { now, name: change.name.clone(), row: row.clone() });
        Ok((Changed::new(now, effect.granted, row), message))
    }

    #[cfg(test)]
    pub(crate) fn row(&self, name: &str) -> Row {
        self.rows.get(name).cloned().unwrap_or_default()
    }

    pub(crate) fn leave(&mut self, node: &str) {
        self.nodes.remove(node);
    }

    fn begin(&mut self, nonce: &str, now: u64) {
        if self.id.is_empty() {
            nonce.clone_into(&mut self.id);
            self.born = now;
        }
    }
}
