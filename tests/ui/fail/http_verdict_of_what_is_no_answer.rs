//! `http::verdict` says what it takes.

use breaker_runtime::integration::http;

fn main() {
    let unknown_error: Result<::http::StatusCode, String> = Err("down".to_owned());
    http::verdict(&unknown_error);

    http::retry_after(&"200 OK");
}
