//! A status as it was received.

use http::{HeaderMap, StatusCode};
use tonic::{Code, Status, metadata::MetadataMap};

const STATUS: &str = "grpc-status";
const DETAILS: &str = "grpc-status-details-bin";

/// The status in headers or trailers: `Some(Ok(()))` for a call that went well, `None` if there is none.
pub(super) fn read(headers: &HeaderMap) -> Option<Result<(), Status>> {
    if Code::from_bytes(headers.get(STATUS)?.as_bytes()) == Code::Ok {
        return Some(Ok(()));
    }
    let metadata = MetadataMap::from_headers(headers.clone());
    let garbled = metadata.get_bin(DETAILS).is_some_and(|details| details.to_bytes().is_err());
    let mut headers = metadata.into_headers();
    // tonic panics over them, and this is what a server sends.
    if garbled {
        headers.remove(DETAILS);
    }
    Status::from_header_map(&headers).map(Err)
}

/// What an answer without a status comes to, by the status of HTTP: that of a proxy, as a rule. `None`: the trailers will
/// say.
pub(super) fn of_http(status: StatusCode) -> Option<Status> {
    // As in gRPC's own table, http-grpc-status-mapping.md.
    let code = match status {
        StatusCode::OK => return None,
        StatusCode::BAD_REQUEST => Code::Internal,
        StatusCode::UNAUTHORIZED => Code::Unauthenticated,
        StatusCode::FORBIDDEN => Code::PermissionDenied,
        StatusCode::NOT_FOUND => Code::Unimplemented,
        StatusCode::TOO_MANY_REQUESTS
        | StatusCode::BAD_GATEWAY
        | StatusCode::SERVICE_UNAVAILABLE
        | StatusCode::GATEWAY_TIMEOUT => Code::Unavailable,
        _ => Code::Unknown,
    };
    Some(Status::new(code, format!("HTTP status {status} without a status of gRPC")))
}

/// What an answer comes to that ended without a status.
pub(super) fn missing() -> Status {
    Status::unknown("the answer ended without a status")
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn a_status_is_read_with_its_message_and_details() {
        assert!(read(&HeaderMap::new()).is_none());
        assert!(matches!(read(&headers(&[(STATUS, "0")])), Some(Ok(()))));
        let status = read(&headers(&[
            (STATUS, "14"),
            ("grpc-message", "no%20room"),
            (DETAILS, "aGVsbG8"),
            ("grpc-retry-pushback-ms", "250"),
        ]));
        let status = status.unwrap().unwrap_err();
        assert_eq!((status.code(), status.message(), status.details()), (Code::Unavailable, "no room", &b"hello"[..]));
        assert_eq!(status.metadata().get("grpc-retry-pushback-ms").unwrap(), "250");
        assert_eq!(read(&headers(&[(STATUS, "99")])).unwrap().unwrap_err().code(), Code::Unknown);
    }

    #[test]
    fn details_that_cannot_be_read_are_left_out() {
        let status = read(&headers(&[(STATUS, "8"), (DETAILS, "not base64!")])).unwrap().unwrap_err();
        assert_eq!((status.code(), status.details()), (Code::ResourceExhausted, &b""[..]));
    }
}
