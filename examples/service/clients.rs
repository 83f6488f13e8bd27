//! The dependencies. Each has the circuit that suits it.

use std::error::Error;

use breaker_runtime::{CircuitBreaker, CircuitBreakerFamily, circuit_breaker};

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

/// Eight suppliers, and a circuit for each: one that is down keeps nobody from the others.
#[circuit_breaker(
    name = "suppliers", key = id % SUPPLIERS, failure_threshold = 2, recovery_timeout = "3s", half_open_max_calls = 1,
    fallback = |_| Ok("not in stock".to_owned()), handle = suppliers,
)]
pub(crate) async fn stock(upstream: &Upstream, id: u32) -> Answer {
    upstream.ask(id).await
}

pub(crate) const SUPPLIERS: u32 = 8;

/// Makes the circuits before the first call, so that page and metrics show them from the start.
pub(crate) fn make_circuits() -> ([&'static CircuitBreaker; 3], &'static CircuitBreakerFamily) {
    ([users(), products(), orders()], suppliers())
}
