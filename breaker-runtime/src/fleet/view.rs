//! What a fleet shows of itself: plain data.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use crate::{escaped::Escaped, fleet::mode::Mode};

/// Whether a fleet hears of the others: [`Fleet::status`](crate::fleet::Fleet::status).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FleetStatus {
    /// It does.
    Connected,
    /// It does not: every breaker goes on as if it were not shared.
    Degraded {
        /// Since when.
        since: SystemTime,
    },
}

impl fmt::Display for FleetStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Connected => "connected",
            Self::Degraded { .. } => "degraded",
        })
    }
}

/// The state of a circuit in the fleet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FleetState {
    /// Too few nodes, or none, have opened it.
    Closed,
    /// It is open for all.
    Open,
    /// One node probes for all.
    Probing,
}

impl FleetState {
    /// The word for it.
    ///
    /// ```
    /// assert_eq!(breaker_runtime::fleet::FleetState::Probing.as_str(), "probing");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::Probing => "probing",
        }
    }
}

impl fmt::Display for FleetState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A whole fleet at one moment: [`Fleet::view`](crate::fleet::Fleet::view).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FleetView {
    /// The circuits that the fleet knows of, by name.
    pub circuits: Vec<FleetCircuit>,
    /// The nodes that live, by name; at most 1024 of them.
    pub nodes: Vec<String>,
    /// How many live.
    pub live: u64,
    /// Whether this node hears of the others.
    pub status: FleetStatus,
    /// What came from the engine to this node, ever, and made no sense.
    pub malformed: u64,
}

/// A fleet as one of its nodes knows it, without a round trip: [`Fleet::health`](crate::fleet::Fleet::health), and
/// `fleets` in the [health report](crate::HealthReport).
///
/// `Display` gives a line for the fleet, and one for each circuit that is not simply closed.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FleetHealth {
    /// The namespace.
    pub namespace: String,
    /// The name of this node.
    pub node: String,
    /// Whether this node hears of the others. While it does not, the rest is of the time when it did.
    pub status: FleetStatus,
    /// How many nodes live, itself included.
    pub live: u64,
    /// What came from the engine to this node, ever, and made no sense.
    pub malformed: u64,
    /// The circuits that this node shares, by name.
    pub circuits: Vec<FleetCircuit>,
}

/// One circuit of a fleet.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FleetCircuit {
    /// The breaker's name.
    pub name: String,
    /// The state, beside any override.
    pub state: FleetState,
    /// When it was entered; `None` for a circuit that never opened.
    pub since: Option<SystemTime>,
    /// How long until one node may probe; `None` if it is not open.
    pub retry_after: Option<Duration>,
    /// The nodes that have opened it by themselves.
    pub votes: Vec<String>,
    /// The node that probes.
    pub prober: Option<String>,
    /// Whether the node that tells of it has opened it, and too few others have.
    pub outlier: bool,
    /// What an operator has set.
    pub overridden: Option<FleetOverride>,
}

/// What an operator has set for the whole fleet.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FleetOverride {
    /// What it makes of the circuit.
    pub mode: Mode,
    /// Who set it.
    pub by: String,
    /// Why.
    pub because: String,
    /// Since when.
    pub since: SystemTime,
    /// When it ends by itself; `None` if only a reset ends it.
    pub until: Option<SystemTime>,
}

impl FleetView {
    /// The circuit of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&FleetCircuit> {
        self.circuits.iter().find(|circuit| circuit.name == name)
    }
}

impl FleetHealth {
    /// The circuit of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&FleetCircuit> {
        self.circuits.iter().find(|circuit| circuit.name == name)
    }
}

impl FleetCircuit {
    /// Whether there is nothing to say of it: it is closed, nobody has opened it, and nothing is set for it.
    pub(crate) fn is_quiet(&self) -> bool {
        self.state == FleetState::Closed && self.votes.is_empty() && self.overridden.is_none()
    }
}

impl fmt::Display for FleetHealth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { namespace, status, live, circuits, .. } = self;
        let nodes = if *live == 1 { "node" } else { "nodes" };
        write!(f, "fleet {}: {status}, {live} {nodes}", Escaped(namespace))?;
        for circuit in circuits.iter().filter(|circuit| !circuit.is_quiet()) {
            write!(f, "\nfleet {}: {circuit}", Escaped(namespace))?;
        }
        Ok(())
    }
}

/// In one line.
impl fmt::Display for FleetCircuit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", Escaped(&self.name), self.state)?;
        for (place, voter) in self.votes.iter().enumerate() {
            write!(f, "{}{}", if place == 0 { ", opened by " } else { ", " }, Escaped(voter))?;
        }
        if let Some(prober) = &self.prober {
            write!(f, ", probed by {}", Escaped(prober))?;
        }
        if let Some(FleetOverride { mode, by, because, .. }) = &self.overridden {
            write!(f, ", {mode} by {}", Escaped(by))?;
            if !because.is_empty() {
                write!(f, ": {}", Escaped(because))?;
            }
        }
        Ok(())
    }
}
