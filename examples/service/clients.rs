//! The three dependencies. Each has the circuit that suits it.

use std::error::Error;

use breaker_runtime::{CircuitBreaker, circuit_breaker};

use crate::upstream::Upstream;

pub(crate) type Answer = Result<String, Box<dyn Error + Send + Sync>>;

/// Without the user service everybody is a guest.
#[circuit_breaker(
    name = "users", failure_threshold = 3, recovery_timeout = "3s", half_open_max_calls = 2,
    fallback = guest, handle = users,
)]
pub(crate) async fn user(upstream: &Upstream, id: u32) -> Answer {
    upstream.ask(id).await
}

fn guest(_: &Upstream, id: u32) -> Answer {
    Ok(format!("users {id}: a guest"))
}

/// A product as it was a minute ago will do. Some answers fail on a good day, so it is the share that counts.
#[circuit_breaker(
    name = "products", failure_rate = 0.5, window = 20, min_calls = 5, recovery_timeout = "3s", half_open_max_calls = 2,
    cache(key = id, ttl = "1m"), handle = products,
)]
pub(crate) async fn product(upstream: &Upstream, id: u32) -> Answer {
    upstream.ask(id).await
}

/// An order is an order: no fallback, the caller gets the error. Slow is as bad as down, and each further opening waits
/// longer.
#[circuit_breaker(
    name = "orders", failure_threshold = 3, slow_call_duration = "300ms", slow_call_rate = 0.5, window = "10s",
    min_calls = 5, recovery_timeout = "3s", backoff_multiplier = 2.0, jitter = 0.2, half_open_max_calls = 2,
    handle = orders,
)]
pub(crate) async fn order(upstream: &Upstream, id: u32) -> Answer {
    upstream.ask(id).await
}

/// Their circuits. The service can do without the products.
pub(crate) fn circuits() -> [(&'static CircuitBreaker, Critical); 3] {
    [(users(), Critical::Yes), (products(), Critical::No), (orders(), Critical::Yes)]
}

/// Whether the service is of use without it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Critical {
    Yes,
    No,
}
