//! What a node's thread leaves for others to see without a round trip.

use std::{collections::BTreeMap, sync::Arc, time::SystemTime};

use parking_lot::RwLock;

use crate::fleet::{
    node::{Key, Node},
    row::Row,
    time::{now, wall},
    view::{FleetCircuit, FleetHealth, FleetStatus},
};

/// What one node of a fleet knows.
#[derive(Debug)]
pub(crate) struct Published {
    degraded_since: Option<SystemTime>,
    live: u64,
    malformed: u64,
    circuits: BTreeMap<Key, Known>,
}

/// A circuit that this process shares.
#[derive(Debug)]
struct Known {
    /// With times by the node's clock: what is over is seen by who looks.
    row: Row,
    outlier: bool,
}

impl Published {
    pub(crate) fn new() -> Arc<RwLock<Self>> {
        let circuits = BTreeMap::new();
        Arc::new(RwLock::new(Self { degraded_since: Some(wall()), live: 0, malformed: 0, circuits }))
    }

    pub(crate) fn status(&self) -> FleetStatus {
        match self.degraded_since {
            None => FleetStatus::Connected,
            Some(since) => FleetStatus::Degraded { since },
        }
    }

    pub(crate) fn health(&self, namespace: &str, node: &str) -> FleetHealth {
        let now = now();
        let circuit = |(key, known): (&Key, &Known)| FleetCircuit::of(key, &known.row, known.outlier, now);
        let mut circuits: Vec<FleetCircuit> = self.circuits.iter().filter_map(circuit).collect();
        circuits.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        FleetHealth {
            namespace: namespace.to_owned(),
            node: node.to_owned(),
            status: self.status(),
            live: self.live,
            malformed: self.malformed,
            circuits,
        }
    }

    /// Takes over what the node knows now, and copies only what is another than before.
    pub(crate) fn update(&mut self, node: &Node, wall: SystemTime) {
        self.degraded_since = (!node.is_connected()).then(|| self.degraded_since.unwrap_or(wall));
        self.live = node.live();
        self.malformed = node.malformed();
        self.circuits.retain(|key, _| node.shares(key));
        for (key, seen) in node.seen().filter(|(_, seen)| seen.shared) {
            match self.circuits.get_mut(key) {
                Some(known) => {
                    known.outlier = seen.outlier;
                    if known.row != *seen.row {
                        known.row.clone_from(seen.row);
                    }
                }
                None => {
                    let known = Known { row: seen.row.clone(), outlier: seen.outlier };
                    self.circuits.insert(Key::clone(key), known);
                }
            }
        }
    }

    /// The fleet's thread is gone.
    pub(crate) fn end(&mut self, wall: SystemTime) {
        self.degraded_since.get_or_insert(wall);
        self.circuits.clear();
    }
}
