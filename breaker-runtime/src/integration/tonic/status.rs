//! The judgement of a status, and the status of a rejection.

use std::sync::Arc;

use tonic::{Code, Response, Status};

use crate::{error::CircuitOpen, integration::tower::judge::JudgesBy, is_rejection::is_rejection, outcome::Verdict};

/// The message of the status that tonic makes of a time limit of the channel or the request. Its code is `Cancelled`.
const TIMED_OUT: &str = "Timeout expired";

/// Whether the service failed, by the status of the call.
///
/// See [what counts](crate::integration::tonic#what-counts). It is a path for `verdict = …`.
///
/// ```
/// use breaker_runtime::{CircuitBreaker, CircuitOpen, Config, State, integration::tonic::verdict};
/// use tonic::{Response, Status};
///
/// let users = CircuitBreaker::new("users", Config::builder().failure_threshold(1).build()?);
/// let _ = users.call_with(|| Err::<Response<String>, _>(Status::not_found("no user 7")), verdict);
/// assert_eq!(users.state(), State::Closed);
/// let _ = users.call_with(|| Err::<Response<String>, _>(Status::unavailable("no connection")), verdict);
/// assert_eq!(users.state(), State::Open);
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
pub fn verdict<T>(result: &Result<Response<T>, Status>) -> Verdict {
    match result {
        Ok(_) => Verdict::Success,
        Err(status) => of(status),
    }
}

pub(super) fn of(status: &Status) -> Verdict {
    if is_rejection(status) {
        return Verdict::Ignored;
    }
    match status.code() {
        Code::Unknown
        | Code::DeadlineExceeded
        | Code::ResourceExhausted
        | Code::Internal
        | Code::Unavailable
        | Code::DataLoss => Verdict::Failure,
        Code::Cancelled if status.message() == TIMED_OUT => Verdict::Failure,
        // Who asked went away, or two who asked got in each other's way.
        Code::Cancelled | Code::Aborted => Verdict::Ignored,
        Code::Ok
        | Code::InvalidArgument
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::FailedPrecondition
        | Code::OutOfRange
        | Code::Unimplemented
        | Code::Unauthenticated => Verdict::Success,
    }
}

/// The status of a rejected call: `Unavailable`, with the rejection as its source. It is a path for `open_error = …`.
///
/// ```
/// use std::error::Error;
/// use breaker_runtime::{CircuitBreaker, CircuitOpen, Config, integration::tonic::unavailable};
/// use tonic::Code;
///
/// let users = CircuitBreaker::new("users", Config::default());
/// users.trip();
/// let status = unavailable(users.try_acquire().unwrap_err());
/// assert_eq!(status.code(), Code::Unavailable);
/// assert!(status.source().unwrap().is::<CircuitOpen>());
/// ```
#[must_use]
pub fn unavailable(open: CircuitOpen) -> Status {
    let mut status = Status::unavailable(open.to_string());
    status.set_source(Arc::new(open));
    status
}

/// As [`verdict`] does.
#[derive(Clone, Copy, Debug)]
pub struct ByStatus;

impl JudgesBy<Status> for ByStatus {
    fn verdict(&self, status: &Status) -> Verdict {
        of(status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_of_a_time_limit_is_tonics_own() {
        assert_eq!(tonic::TimeoutExpired(()).to_string(), TIMED_OUT);
        let status = Status::from_error(Box::new(tonic::TimeoutExpired(())));
        assert_eq!((status.code(), status.message()), (Code::Cancelled, TIMED_OUT));
    }

    #[test]
    fn every_code_has_a_verdict() {
        use Verdict::{Failure, Ignored, Success};

        let expected = [
            Success, Ignored, Failure, Success, Failure, Success, Success, Success, Failure, Success, Ignored, Success,
            Success, Failure, Failure, Failure, Success,
        ];
        for (code, expected) in (0..).zip(expected) {
            assert_eq!(of(&Status::new(Code::from_i32(code), "")), expected, "{code}");
        }
    }
}
