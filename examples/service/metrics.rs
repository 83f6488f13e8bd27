//! What Prometheus scrapes.

use axum::{
    http::{StatusCode, header::CONTENT_TYPE},
    response::IntoResponse,
};
use breaker_runtime::integration::prometheus::CircuitBreakerCollector;
use prometheus::{TEXT_FORMAT, TextEncoder};

/// The circuits go beside the metrics that the service has already.
pub(crate) fn register() -> prometheus::Result<()> {
    prometheus::default_registry().register(Box::new(CircuitBreakerCollector::default()))
}

pub(crate) async fn metrics() -> impl IntoResponse {
    match TextEncoder::new().encode_to_string(&prometheus::gather()) {
        Ok(page) => Ok(([(CONTENT_TYPE, TEXT_FORMAT)], page)),
        Err(error) => Err((StatusCode::INTERNAL_SERVER_ERROR, error.to_string())),
    }
}
