//! The answer of a server whose own dependency is down.

use http::{HeaderValue, Response, StatusCode, header::RETRY_AFTER};

use crate::error::CircuitOpen;

use super::retry_after::in_seconds;

/// 503 with `Retry-After`: what a server answers when it cannot do without a dependency whose circuit is open.
///
/// The wait is rounded up to seconds. The header is left out where time alone will not do: half-open with all its probes
/// out, or forced open. The body is the default one of its type.
///
/// ```
/// use breaker_runtime::{CircuitBreaker, Config, integration::http};
/// use ::http::{Response, StatusCode};
///
/// fn handle(users: &CircuitBreaker) -> Response<String> {
///     match users.call(|| Err::<String, _>("down")) {
///         Ok(user) => Response::new(user),
///         Err(error) => match error.open() {
///             Some(open) => http::unavailable(open),
///             None => Response::new("somebody".to_owned()),
///         },
///     }
/// }
///
/// let users = CircuitBreaker::new("users", Config::default());
/// users.trip();
/// let answer = handle(&users);
/// assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
/// assert_eq!(answer.headers()["retry-after"], "60");
/// ```
#[must_use]
pub fn unavailable<B: Default>(open: &CircuitOpen) -> Response<B> {
    let mut answer = Response::new(B::default());
    *answer.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    if let Some(wait) = open.retry_after {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(in_seconds(wait)));
    }
    answer
}
