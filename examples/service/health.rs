//! Whether the service can answer: what a load balancer asks.

use axum::Json;
use breaker_runtime::{HealthReport, registry};
use serde::Serialize;

#[derive(Serialize)]
pub(crate) struct Health {
    /// For people and graphs: some answers are worse than usual.
    degraded: bool,
    circuits: HealthReport,
}

/// Always 200: as long as this runs, it can answer, if need be from a fallback, from the cache, or with an error that says
/// so.
///
/// An open circuit is no reason to be taken out of the balancer. The dependency is down for every replica, so all of them
/// would leave at once, and users would get nothing at all. What to do about an open circuit is a matter for an alert.
pub(crate) async fn health() -> Json<Health> {
    let circuits = registry().health();
    Json(Health { degraded: !circuits.healthy, circuits })
}
