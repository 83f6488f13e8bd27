//! The key under which the calls to one host share a circuit.

use http::{Request, header::HOST, uri::Authority};

/// The host of a request, with the port unless it is the scheme's own: a key for one circuit a host.
///
/// In lower case, without a user name. A URI without a host, as a server sees it over HTTP/1, has it in the header `Host`.
/// A request without either has the empty text. Where the scheme is not known, it is taken for `http`.
///
/// ```
/// use breaker_runtime::integration::http::authority;
/// use ::http::Request;
///
/// let request = Request::get("https://Shop.Example:443/tea").body(())?;
/// assert_eq!(authority(&request), "shop.example");
///
/// let request = Request::get("https://shop.example:8443/tea").body(())?;
/// assert_eq!(authority(&request), "shop.example:8443");
///
/// let request = Request::get("/tea").header("Host", "Shop.Example").body(())?;
/// assert_eq!(authority(&request), "shop.example");
/// # Ok::<(), ::http::Error>(())
/// ```
#[must_use]
pub fn authority<B>(request: &Request<B>) -> String {
    let uri = request.uri();
    let scheme = uri.scheme_str().unwrap_or("http");
    if let Some(authority) = uri.authority() {
        return of(authority, scheme);
    }
    let header = request.headers().get(HOST).and_then(|host| Authority::try_from(host.as_bytes()).ok());
    header.map(|authority| of(&authority, scheme)).unwrap_or_default()
}

fn of(authority: &Authority, scheme: &str) -> String {
    host_and_port(authority.host(), authority.port_u16(), scheme)
}

/// The host in lower case, and the port unless it is the one that the scheme has without saying so.
pub(in crate::integration) fn host_and_port(host: &str, port: Option<u16>, scheme: &str) -> String {
    let own = match scheme {
        "http" | "ws" => Some(80),
        "https" | "wss" => Some(443),
        _ => None,
    };
    let host = host.to_ascii_lowercase();
    match port.filter(|port| Some(*port) != own) {
        Some(port) => format!("{host}:{port}"),
        None => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_host_is_written_in_one_way() {
        for (uri, host, key) in [
            ("http://a.example/x", None, "a.example"),
            ("HTTP://A.Example:80/x", None, "a.example"),
            ("http://a.example:443", None, "a.example:443"),
            ("https://a.example:443", None, "a.example"),
            ("https://a.example:80", None, "a.example:80"),
            ("ftp://a.example:80", None, "a.example:80"),
            ("http://me:secret@a.example:81/", None, "a.example:81"),
            ("http://[::1]:8080/", None, "[::1]:8080"),
            ("http://[2001:DB8::1]:80/", None, "[2001:db8::1]"),
            ("http://a.example:/x", None, "a.example"),
            ("http://a.example/x", Some("b.example"), "a.example"),
            ("/x", Some("B.example:80"), "b.example"),
            ("/x", Some("b.example:443"), "b.example:443"),
            ("/x", Some("b.example:8080"), "b.example:8080"),
            ("/x", Some("no host at all"), ""),
            ("/x", None, ""),
            ("a.example:443", None, "a.example:443"), // as of a CONNECT
        ] {
            let mut request = Request::builder().uri(uri);
            if let Some(host) = host {
                request = request.header(HOST, host);
            }
            assert_eq!(authority(&request.body(()).unwrap()), key, "{uri} {host:?}");
        }
    }
}
