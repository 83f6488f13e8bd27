//! Whether the service is of use: what a load balancer asks.

use axum::{Json, http::StatusCode};
use breaker_runtime::{HealthReport, State, registry};

use crate::clients::{Critical, circuits};

/// The report of every circuit. A half-open one is on its way back, and open ones that the service can do without are
/// no reason to send its callers elsewhere.
pub(crate) async fn health() -> (StatusCode, Json<HealthReport>) {
    let refuses = |state| matches!(state, State::Open | State::ForcedOpen);
    let down = circuits().iter().any(|(breaker, critical)| *critical == Critical::Yes && refuses(breaker.state()));
    let status = if down { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    (status, Json(registry().health()))
}
