//! What a fleet knows of a circuit, as its exporters show it.

use std::collections::HashMap;

use crate::{
    fleet::{Fleet, FleetState, FleetStatus},
    registry::registry,
};

/// Of one circuit that this process shares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct FleetReading {
    /// Whether this process hears of the others.
    pub(super) connected: bool,
    /// 0 closed, 1 one node probes, 2 open.
    pub(super) level: f64,
    pub(super) votes: u64,
    /// Whether this process has opened it, and too few others did.
    pub(super) outlier: bool,
}

/// By the names of their breakers. Of two fleets that share one breaker the first is shown.
pub(super) fn shared() -> HashMap<String, FleetReading> {
    let mut shared = HashMap::new();
    for fleet in Fleet::running(registry()) {
        let fleet = fleet.health();
        let connected = fleet.status == FleetStatus::Connected;
        for circuit in fleet.circuits {
            let level = match circuit.state {
                FleetState::Closed => 0.0,
                FleetState::Probing => 1.0,
                FleetState::Open => 2.0,
            };
            let (votes, outlier) = (circuit.votes.len() as u64, circuit.outlier);
            shared.entry(circuit.name).or_insert(FleetReading { connected, level, votes, outlier });
        }
    }
    shared
}
