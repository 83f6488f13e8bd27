//! What a fleet shows of itself.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use crate::fleet::{
    engine::Polled,
    row::{Mode, Row},
    text::{MAX_NAME, MAX_NODE, unescape},
    time::wall,
};

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
    pub(crate) fn of(row: &Row, now: u64) -> Self {
        match (row.open, row.lease_at(now)) {
            (false, _) => Self::Closed,
            (true, None) => Self::Open,
            (true, Some(_)) => Self::Probing,
        }
    }

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
    pub(crate) fn of(polled: &Polled, status: FleetStatus, malformed: u64) -> Self {
        let mut nodes: Vec<String> = polled.nodes.iter().filter_map(|node| unescape(node, MAX_NODE)).collect();
        nodes.sort_unstable();
        let circuit = |(name, row): &(String, Row)| FleetCircuit::of(name, row, polled.now);
        let mut circuits: Vec<FleetCircuit> = polled.rows.iter().filter_map(circuit).collect();
        circuits.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Self { circuits, nodes, live: polled.live, status, malformed }
    }

    /// The circuit of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&FleetCircuit> {
        self.circuits.iter().find(|circuit| circuit.name == name)
    }
}

impl FleetCircuit {
    fn of(name: &str, row: &Row, now: u64) -> Option<Self> {
        let state = FleetState::of(row, now);
        let (wall, node) = (wall(), |node: &String| unescape(node, MAX_NODE).unwrap_or_default());
        let at = |time: u64| by_wall(wall, time, now);
        let over = &row.over;
        let overridden = over.mode_at(now).map(|mode| FleetOverride {
            mode,
            by: over.by.clone(),
            because: over.because.clone(),
            since: at(over.since),
            until: over.until.map(at),
        });
        Some(Self {
            name: unescape(name, MAX_NAME)?,
            state,
            since: (row.epoch > 0).then(|| at(row.since)),
            retry_after: row.open.then(|| Duration::from_millis(row.until.saturating_sub(now))),
            votes: row.votes.iter().filter(|(_, until)| now < *until).map(|(voter, _)| node(voter)).collect(),
            prober: row.lease_at(now).map(|lease| node(&lease.holder)),
            overridden,
        })
    }
}

/// A moment of another clock, by the time of day.
fn by_wall(wall: SystemTime, time: u64, now: u64) -> SystemTime {
    let moved = match time.checked_sub(now) {
        Some(ahead) => wall.checked_add(Duration::from_millis(ahead)),
        None => wall.checked_sub(Duration::from_millis(now - time)),
    };
    moved.unwrap_or(wall)
}
