//! The fleets, which stand above the report and have a part in it.

use std::sync::OnceLock;

use crate::{fleet::view::FleetHealth, registry::Registry};

type Ask = fn(&Registry) -> Vec<FleetHealth>;

/// Set by the first fleet that starts: without one there is nobody to ask.
static ASK: OnceLock<Ask> = OnceLock::new();

/// From now on the reports ask this for the fleets of a registry.
pub(crate) fn ask_fleets(ask: Ask) {
    // It is the same function each time.
    let _ = ASK.set(ask);
}

pub(super) fn fleets(registry: &Registry) -> Vec<FleetHealth> {
    ASK.get().map_or_else(Vec::new, |ask| ask(registry))
}
