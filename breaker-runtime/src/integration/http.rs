//! What an HTTP answer says about the service that gave it.
//!
//! | word | for | what |
//! |---|---|---|
//! | [`verdict`] | `verdict = …` of the attribute, `.verdict(…)` of a layer | whether the call failed |
//! | [`retry_after`] | `retry_after = …`, `.retry_after(…)` | how long the service wants to be left alone |
//! | [`authority`] | `key = …`, `CircuitBreakerLayer::keyed` | one circuit for each host |
//! | [`unavailable`] | a server that must answer although its dependency's circuit is open | 503 with `Retry-After` |
//!
//! The first two take a [`StatusCode`](::http::StatusCode), a [`Response`](::http::Response) or its
//! [`Parts`](::http::response::Parts), or a `Result` of one of these whose error is an [`Error`](std::error::Error),
//! `anyhow::Error` or a boxed error. With the feature `reqwest` they take `reqwest::Response` too.
//!
//! # What counts
//! | answer | verdict |
//! |---|---|
//! | 5xx, but not 501 (not implemented) and 505 (version not supported) | failure |
//! | 408 (request time-out), 429 (too many requests) | failure |
//! | every other status: a 404 shows that the service lives | success |
//! | no answer: no connection, a connection that broke, a time limit | failure |
//! | no request: it could not be built | ignored |
//! | a breaker further in rejected the call | ignored |
//!
//! ```
//! use breaker_runtime::{Verdict, integration::http};
//! use ::http::{Response, StatusCode, header::RETRY_AFTER};
//!
//! assert_eq!(http::verdict(&StatusCode::NOT_FOUND), Verdict::Success);
//! assert_eq!(http::verdict(&StatusCode::BAD_GATEWAY), Verdict::Failure);
//!
//! let answer = Response::builder().status(503).header(RETRY_AFTER, "30").body(())?;
//! assert_eq!(http::retry_after(&answer).unwrap().as_secs(), 30);
//! # Ok::<(), ::http::Error>(())
//! ```

pub use self::{
    answer::{HttpOutcome, retry_after, verdict},
    authority::authority,
    unavailable::unavailable,
};

mod answer;
mod authority;
mod error;
mod retry_after;
mod status;
mod unavailable;

#[cfg(feature = "reqwest")]
pub(super) use authority::host_and_port;
