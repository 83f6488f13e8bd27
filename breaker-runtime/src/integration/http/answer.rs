//! The judgement of an answer, and the wait that it asks for.

use std::{marker::PhantomData, time::Duration};

use http::{HeaderMap, Response, StatusCode, response::Parts};

#[cfg(feature = "reqwest")]
use crate::integration::cause::ViaError;
use crate::{integration::cause::Cause, outcome::Verdict};

use super::{error, retry_after as header, status};

/// Whether the service failed, by its answer or by the error in place of one.
///
/// See [what counts](crate::integration::http#what-counts). It is a path for `verdict = …` and `.verdict(…)`.
///
/// ```
/// use std::io;
/// use breaker_runtime::{Verdict, integration::http};
/// use ::http::{Response, StatusCode};
///
/// let answer: io::Result<Response<String>> = Ok(Response::new("body".to_owned()));
/// assert_eq!(http::verdict(&answer), Verdict::Success);
///
/// let reset: io::Result<Response<String>> = Err(io::ErrorKind::ConnectionReset.into());
/// assert_eq!(http::verdict(&reset), Verdict::Failure);
///
/// assert_eq!(http::verdict(&StatusCode::TOO_MANY_REQUESTS), Verdict::Failure);
/// ```
pub fn verdict<T, Via>(outcome: &T) -> Verdict
where
    T: HttpOutcome<Via>,
{
    outcome.verdict()
}

/// How long the service wants to be left alone: `Retry-After` of a 429 or a 503, in seconds or as a date.
///
/// A date counts from the answer's own `Date`, so that the clocks of both sides need not agree; an answer without a `Date`
/// says nothing then. `None` for every other status, and for a value that is neither.
///
/// ```
/// use breaker_runtime::integration::http;
/// use ::http::{Response, header::{DATE, RETRY_AFTER}};
///
/// let answer = Response::builder()
///     .status(503)
///     .header(DATE, "Wed, 21 Oct 2026 07:28:00 GMT")
///     .header(RETRY_AFTER, "Wed, 21 Oct 2026 07:29:30 GMT")
///     .body(())?;
/// assert_eq!(http::retry_after(&answer).unwrap().as_secs(), 90);
///
/// let answer = Response::builder().status(404).header(RETRY_AFTER, "30").body(())?;
/// assert_eq!(http::retry_after(&answer), None);
/// # Ok::<(), ::http::Error>(())
/// ```
pub fn retry_after<T, Via>(outcome: &T) -> Option<Duration>
where
    T: HttpOutcome<Via>,
{
    outcome.retry_after()
}

/// What [`verdict`] and [`retry_after`] take: see [the module](crate::integration::http).
///
/// `Via` is inferred. It tells apart how the error of a `Result` is looked at.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no HTTP answer that can be judged",
    label = "no status, no response, and no `Result` of one with a known kind of error",
    note = "known are errors that implement `std::error::Error`, boxed errors and `anyhow::Error`",
    note = "for another type write a `fn(&T) -> Verdict` that asks `http::verdict` about the status in it"
)]
pub trait HttpOutcome<Via> {
    #[doc(hidden)]
    fn verdict(&self) -> Verdict;

    #[doc(hidden)]
    fn retry_after(&self) -> Option<Duration>;
}

/// An answer: a status, and headers if they are there.
pub trait Answer {
    fn status(&self) -> StatusCode;

    fn headers(&self) -> Option<&HeaderMap>;
}

impl Answer for StatusCode {
    fn status(&self) -> StatusCode {
        *self
    }

    fn headers(&self) -> Option<&HeaderMap> {
        None
    }
}

impl<B> Answer for Response<B> {
    fn status(&self) -> StatusCode {
        self.status()
    }

    fn headers(&self) -> Option<&HeaderMap> {
        Some(self.headers())
    }
}

impl Answer for Parts {
    fn status(&self) -> StatusCode {
        self.status
    }

    fn headers(&self) -> Option<&HeaderMap> {
        Some(&self.headers)
    }
}

#[cfg(feature = "reqwest")]
impl Answer for reqwest::Response {
    fn status(&self) -> StatusCode {
        self.status()
    }

    fn headers(&self) -> Option<&HeaderMap> {
        Some(self.headers())
    }
}

/// An answer by itself.
#[derive(Debug)]
pub struct Itself;

/// A `Result`, whose error is looked at in the way `Via`.
#[derive(Debug)]
pub struct OfResult<Via>(PhantomData<Via>);

impl<T: Answer> HttpOutcome<Itself> for T {
    fn verdict(&self) -> Verdict {
        status::verdict(self.status())
    }

    fn retry_after(&self) -> Option<Duration> {
        match self.status() {
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => header::read(self.headers()?),
            _ => None,
        }
    }
}

impl<T: Answer, E: Cause<Via>, Via> HttpOutcome<OfResult<Via>> for Result<T, E> {
    fn verdict(&self) -> Verdict {
        match self {
            Ok(answer) => status::verdict(answer.status()),
            Err(error) => error::verdict(error.cause()),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        HttpOutcome::<Itself>::retry_after(self.as_ref().ok()?)
    }
}

/// An error by itself.
#[cfg(feature = "reqwest")]
impl HttpOutcome<ViaError> for reqwest::Error {
    fn verdict(&self) -> Verdict {
        error::verdict(self)
    }

    fn retry_after(&self) -> Option<Duration> {
        None
    }
}
