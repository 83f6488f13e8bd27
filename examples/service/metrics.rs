//! What Prometheus scrapes.

use axum::{
    http::{StatusCode, header::CONTENT_TYPE},
    response::IntoResponse,
};
use breaker_runtime::integration::{Scope, prometheus::CircuitBreakerCollector};
use prometheus::{TEXT_FORMAT, TextEncoder};

/// The circuits go beside the metrics that the service has already. `label` holds their names: `service`, or another one where
/// the targets have a label of that name.
pub(crate) fn register(label: &str) -> prometheus::Result<()> {
    let circuits = CircuitBreakerCollector::new(Scope::registry().label(label));
    prometheus::default_registry().register(Box::new(circuits))
}

pub(crate) async fn metrics() -> impl IntoResponse {
    match TextEncoder::new().encode_to_string(&prometheus::gather()) {
        Ok(page) => Ok(([(CONTENT_TYPE, TEXT_FORMAT)], page)),
        Err(error) => Err((StatusCode::INTERNAL_SERVER_ERROR, error.to_string())),
    }
}
