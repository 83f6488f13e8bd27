//! The fleets on the page, and the button for all nodes.

use std::{collections::BTreeSet, time::Duration};

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};

use crate::{
    fleet::{Fleet, FleetCircuit, FleetError, FleetHealth},
    registry::registry,
};

/// A fleet, with those of its circuits that are on the page.
#[derive(Serialize)]
pub(super) struct Shown {
    #[serde(flatten)]
    seen: FleetHealth,
    /// How many circuits this node shares.
    shared: usize,
}

/// `names` are those of the circuits and keys on the page.
pub(super) fn shown(names: &BTreeSet<&str>) -> Vec<Shown> {
    let fleets = Fleet::running(registry()).into_iter().map(|fleet| {
        let mut seen = fleet.health();
        let shared = seen.circuits.len();
        seen.circuits.retain(|circuit: &FleetCircuit| names.contains(circuit.name.as_str()));
        Shown { seen, shared }
    });
    fleets.collect()
}

#[derive(Deserialize)]
pub(super) struct Order {
    /// The namespace of the fleet.
    fleet: String,
    /// Of a breaker, or of one key (`name[key]`).
    name: String,
    command: Command,
    #[serde(default)]
    by: String,
    #[serde(default)]
    because: String,
    /// Seconds; without them until it is reset.
    lasting: Option<u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Command {
    ForceOpen,
    Reset,
}

/// The body is JSON, by its content type: a form of another site cannot send that.
pub(super) async fn control(Json(order): Json<Order>) -> Response {
    let shares = |fleet: &Fleet| fleet.namespace() == order.fleet && fleet.health().get(&order.name).is_some();
    // The handle is dropped before the answer comes: an order holds no fleet.
    let Some(done) = Fleet::running(registry()).iter().find(|fleet| shares(fleet)).map(|fleet| order.give(fleet))
    else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match done.await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => (status_of(&error), error.to_string()).into_response(),
    }
}

impl Order {
    fn give(&self, fleet: &Fleet) -> impl Future<Output = Result<(), FleetError>> + Send + use<> {
        let by = if self.by.trim().is_empty() { format!("the page of {}", fleet.node()) } else { self.by.clone() };
        match self.command {
            Command::ForceOpen => {
                let order = fleet.force_open(&self.name).by(by).because(&self.because);
                match self.lasting {
                    Some(seconds) => order.lasting(Duration::from_secs(seconds.into())).into_future(),
                    None => order.into_future(),
                }
            }
            Command::Reset => fleet.reset(&self.name).by(by).into_future(),
        }
    }
}

fn status_of(error: &FleetError) -> StatusCode {
    match error {
        FleetError::Option(_) => StatusCode::UNPROCESSABLE_ENTITY,
        FleetError::Unreachable | FleetError::Ended => StatusCode::SERVICE_UNAVAILABLE,
        FleetError::TimedOut => StatusCode::GATEWAY_TIMEOUT,
        FleetError::Declined(_) => StatusCode::BAD_GATEWAY,
    }
}
