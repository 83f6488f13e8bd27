//! What a fleet shows without a round trip: to `status`, to the exporters, and to pages.

use std::{
    collections::BTreeMap,
    sync::{Arc, Weak},
    time::SystemTime,
};

use parking_lot::{Mutex, RwLock};

use crate::fleet::{
    node::{Key, Node, Seen},
    text::{MAX_NAME, unescape},
    view::{FleetState, FleetStatus},
};

/// What one node of a fleet knows.
#[derive(Clone, Debug)]
pub(crate) struct Published {
    degraded_since: Option<SystemTime>,
    pub(crate) circuits: BTreeMap<Key, PublishedCircuit>,
}

/// A circuit that this process shares.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PublishedCircuit {
    pub(crate) name: String,
    pub(crate) state: FleetState,
    pub(crate) votes: usize,
    /// This node has opened it and not enough others.
    pub(crate) outlier: bool,
}

impl Published {
    pub(crate) fn new() -> Arc<RwLock<Self>> {
        Arc::new(RwLock::new(Self { degraded_since: Some(super::time::wall()), circuits: BTreeMap::new() }))
    }

    pub(crate) fn status(&self) -> FleetStatus {
        match self.degraded_since {
            None => FleetStatus::Connected,
            Some(since) => FleetStatus::Degraded { since },
        }
    }

    /// Takes over what the node knows now.
    pub(crate) fn update(&mut self, node: &Node, now: u64, wall: SystemTime) {
        self.degraded_since = (!node.is_connected()).then(|| self.degraded_since.unwrap_or(wall));
        self.circuits = node
            .seen(now)
            .filter(|(_, seen)| seen.shared)
            .filter_map(|(key, seen)| Some((Key::clone(key), PublishedCircuit::of(key, &seen, now)?)))
            .collect();
    }

    /// The fleet's thread is gone.
    pub(crate) fn end(&mut self, wall: SystemTime) {
        self.degraded_since.get_or_insert(wall);
        self.circuits.clear();
    }
}

impl PublishedCircuit {
    fn of(key: &Key, seen: &Seen<'_>, now: u64) -> Option<Self> {
        let state = FleetState::of(seen.row, now);
        Some(Self { name: unescape(key, MAX_NAME)?, state, votes: seen.votes, outlier: seen.outlier })
    }
}

/// The fleets of this process.
static FLEETS: Mutex<Vec<Weak<RwLock<Published>>>> = Mutex::new(Vec::new());

pub(crate) fn show(fleet: &Arc<RwLock<Published>>) {
    let mut fleets = FLEETS.lock();
    fleets.retain(|fleet| fleet.strong_count() > 0);
    fleets.push(Arc::downgrade(fleet));
}

/// What the fleets of this process know, in the order in which they were started.
pub(crate) fn shown() -> Vec<Published> {
    let fleets: Vec<_> = FLEETS.lock().iter().filter_map(Weak::upgrade).collect();
    fleets.iter().map(|fleet| fleet.read().clone()).collect()
}
