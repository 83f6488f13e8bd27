//! The header `Retry-After`, read and written.

use std::time::Duration;

use http::{
    HeaderMap,
    header::{DATE, HeaderName, RETRY_AFTER},
};
use httpdate::parse_http_date;

/// The wait that the header asks for: so many seconds, or until a date that counts from the answer's own.
pub(super) fn read(headers: &HeaderMap) -> Option<Duration> {
    let wanted = text(headers, RETRY_AFTER)?;
    // `u64::from_str` takes a sign too, the header does not.
    if wanted.bytes().all(|byte| byte.is_ascii_digit()) {
        return wanted.parse().ok().map(Duration::from_secs);
    }
    let until = parse_http_date(wanted).ok()?;
    let now = parse_http_date(text(headers, DATE)?).ok()?;
    // A date that is past asks for nothing.
    until.duration_since(now).ok()
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    Some(headers.get(name)?.to_str().ok()?.trim())
}

/// The wait in whole seconds: rounded up, so that who waits for it does not come too early.
pub(super) fn in_seconds(wait: Duration) -> u64 {
    wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0))
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};

    use super::*;

    fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_bytes(value.as_bytes()).unwrap())).collect()
    }

    #[test]
    fn seconds_are_digits_and_nothing_else() {
        for (value, seconds) in [
            ("0", Some(0)),
            ("120", Some(120)),
            (" 5 ", Some(5)),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("", None),
            ("-1", None),
            ("+5", None),
            ("1.5", None),
            ("5 s", None),
            ("soon", None),
            ("\u{fc}", None),
        ] {
            let read = read(&headers(&[(RETRY_AFTER, value)]));
            assert_eq!(read, seconds.map(Duration::from_secs), "{value:?}");
        }
        assert_eq!(read(&HeaderMap::new()), None);
    }

    #[test]
    fn a_date_counts_from_the_date_of_the_answer() {
        let now = "Sun, 06 Nov 1994 08:49:37 GMT";
        // The three forms that RFC 9110 has a recipient accept, one minute later.
        for until in ["Sun, 06 Nov 1994 08:50:37 GMT", "Sunday, 06-Nov-94 08:50:37 GMT", "Sun Nov  6 08:50:37 1994"] {
            let read = read(&headers(&[(RETRY_AFTER, until), (DATE, now)]));
            assert_eq!(read, Some(Duration::from_secs(60)), "{until}");
        }
        let past = headers(&[(RETRY_AFTER, "Sun, 06 Nov 1994 08:49:36 GMT"), (DATE, now)]);
        assert_eq!(read(&past), None);
        let without_date = headers(&[(RETRY_AFTER, "Sun, 06 Nov 1994 08:50:37 GMT")]);
        assert_eq!(read(&without_date), None);
        let of_no_day = headers(&[(RETRY_AFTER, "Sun, 06 Nov 1994 08:50:37 GMT"), (DATE, "yesterday")]);
        assert_eq!(read(&of_no_day), None);
    }

    #[test]
    fn seconds_are_rounded_up() {
        let nanos = |nanos| in_seconds(Duration::from_nanos(nanos));
        assert_eq!([0, 1, 1_000_000_000, 1_000_000_001].map(nanos), [0, 1, 1, 2]);
        assert_eq!(in_seconds(Duration::MAX), u64::MAX);
    }
}
