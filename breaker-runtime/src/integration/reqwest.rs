//! `reqwest`: its answers and errors under the words of [`http`](super::http), and a key for its requests.
//!
//! [`verdict`] and [`retry_after`] take a `Result<Response, reqwest::Error>`, and either part of it. An error that `error_for_status` made of an
//! answer is judged by its status; its headers are gone, so ask [`retry_after`] before. An error of the builder is
//! ignored, since there was no request; every other one is a failure, a time limit included.
//!
//! ```
//! use breaker_runtime::{Verdict, integration::reqwest::verdict};
//! use reqwest::{Client, Response};
//!
//! let no_request = Client::new().get("no address").build().map(|_| unreachable!());
//! assert_eq!(verdict::<Result<Response, _>, _>(&no_request), Verdict::Ignored);
//! ```
//!
//! A [`Client`](reqwest::Client) is a tower service, and may stand under a
#![cfg_attr(feature = "tower", doc = "[`CircuitBreakerLayer`](super::tower::CircuitBreakerLayer),")]
#![cfg_attr(not(feature = "tower"), doc = "`CircuitBreakerLayer` of the feature `tower`,")]
//! with `whole_body` too.

use reqwest::Request;

pub use super::http::{retry_after, verdict};

#[cfg(feature = "tower")]
mod whole_body;

/// The host of a request, with the port unless it is the scheme's own: [`http::authority`](super::http::authority) for
/// the requests of `reqwest`.
///
/// ```
/// use breaker_runtime::integration::reqwest::authority;
///
/// let request = reqwest::Client::new().get("https://Shop.Example:443/tea").build()?;
/// assert_eq!(authority(&request), "shop.example");
/// # Ok::<(), reqwest::Error>(())
/// ```
#[must_use]
pub fn authority(request: &Request) -> String {
    let url = request.url();
    super::http::host_and_port(url.host_str().unwrap_or_default(), url.port(), url.scheme())
}
