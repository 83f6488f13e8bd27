//! What is shown of rows.

use std::time::{Duration, SystemTime};

use crate::fleet::{
    engine::Polled,
    row::Row,
    text::{MAX_NAME, MAX_NODE, unescape},
    time::wall,
    view::{FleetCircuit, FleetOverride, FleetState, FleetStatus, FleetView},
};

impl FleetState {
    pub(crate) fn of(row: &Row, now: u64) -> Self {
        match (row.open, row.lease_at(now)) {
            (false, _) => Self::Closed,
            (true, None) => Self::Open,
            (true, Some(_)) => Self::Probing,
        }
    }
}

impl FleetView {
    /// `outlier` says of a name, as it is written, whether this node has opened it alone.
    pub(crate) fn of(polled: &Polled, status: FleetStatus, malformed: u64, outlier: impl Fn(&str) -> bool) -> Self {
        let mut nodes: Vec<String> = polled.nodes.iter().filter_map(|node| unescape(node, MAX_NODE)).collect();
        nodes.sort_unstable();
        let circuit = |(name, row): &(String, Row)| FleetCircuit::of(name, row, outlier(name), polled.now);
        let mut circuits: Vec<FleetCircuit> = polled.rows.iter().filter_map(circuit).collect();
        circuits.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Self { circuits, nodes, live: polled.live, status, malformed }
    }
}

impl FleetCircuit {
    /// `None` for a name that no escaping gives. The row's times are of the clock that reads `now`.
    pub(crate) fn of(name: &str, row: &Row, outlier: bool, now: u64) -> Option<Self> {
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
            outlier,
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
