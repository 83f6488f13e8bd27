//! The judgement of a status.

use http::StatusCode;

use crate::outcome::Verdict;

pub(super) fn verdict(status: StatusCode) -> Verdict {
    match status {
        // Facts about the service rather than faults of it: asking again another time brings the same.
        StatusCode::NOT_IMPLEMENTED | StatusCode::HTTP_VERSION_NOT_SUPPORTED => Verdict::Success,
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => Verdict::Failure,
        status if status.is_server_error() => Verdict::Failure,
        _ => Verdict::Success,
    }
}
