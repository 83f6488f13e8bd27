//! HTTP: what comes over the wire, and what the circuit makes of it.

use std::{sync::Arc, time::Duration};

use breaker_runtime::{
    CallError, CircuitBreaker, CircuitBreakerFamily, State,
    integration::{http, reqwest::authority, tower::CircuitBreakerLayer},
};
use reqwest::{Client, Method, Request, Response};
use tower::{Layer, Service, ServiceExt};

use crate::{
    http_service::{Server, breaks_off_after, nobody},
    support::{breaker, counts, small},
};

type Answer = Result<Response, CallError<reqwest::Error>>;

fn client() -> Client {
    Client::new()
}

fn request(method: Method, url: &str) -> Request {
    Request::new(method, url.parse().unwrap())
}

async fn ask(
    service: impl Service<Request, Response = Response, Error = CallError<reqwest::Error>>,
    url: &str,
) -> Answer {
    service.oneshot(request(Method::GET, url)).await
}

/// A client whose calls end with the head.
fn by_head(
    breaker: &Arc<CircuitBreaker>,
) -> impl Service<Request, Response = Response, Error = CallError<reqwest::Error>> + Clone {
    CircuitBreakerLayer::new(breaker).verdict(http::verdict).retry_after(http::retry_after).layer(client())
}

/// One whose calls end with the body.
fn by_body(
    breaker: &Arc<CircuitBreaker>,
) -> impl Service<Request, Response = Response, Error = CallError<reqwest::Error>> + Clone {
    CircuitBreakerLayer::new(breaker).whole_body().verdict(http::verdict).retry_after(http::retry_after).layer(client())
}

#[tokio::test]
async fn statuses_are_judged_and_handed_on() {
    let server = Server::start().await;
    let (breaker, _) = breaker(small());
    let client = by_head(&breaker);
    for (page, expected) in [
        ("200", [1, 0, 0, 0, 0]),
        ("404", [2, 0, 0, 0, 0]),
        ("501", [3, 0, 0, 0, 0]),
        ("500", [3, 1, 0, 0, 0]),
        ("429", [3, 2, 0, 0, 0]),
        ("204", [4, 2, 0, 0, 0]),
    ] {
        let answer = ask(client.clone(), &server.url(page)).await.unwrap();
        assert_eq!(answer.status().as_str(), page);
        assert_eq!(counts(&breaker), expected, "{page}");
    }
    assert_eq!(server.requests(), 6);
}

#[tokio::test]
async fn a_server_that_says_how_long_is_left_alone_for_that_long() {
    let server = Server::start().await;
    for (page, wait) in [("busy-for-seconds", 90), ("busy-until", 120), ("too-many", 45)] {
        let (breaker, clock) = breaker(small());
        let client = by_head(&breaker);
        let before = server.requests();
        ask(client.clone(), &server.url(page)).await.unwrap();
        let wait = Duration::from_secs(wait);
        let rejected = ask(client.clone(), &server.url("200")).await.unwrap_err();
        assert_eq!(rejected.open().unwrap().retry_after, Some(wait), "{page}");
        let answer: ::http::Response<String> = http::unavailable(rejected.open().unwrap());
        assert_eq!(answer.headers()["retry-after"], *wait.as_secs().to_string());

        clock.advance(wait - Duration::from_nanos(1));
        assert!(ask(client.clone(), &server.url("200")).await.is_err());
        clock.advance(Duration::from_nanos(1));
        assert!(ask(client.clone(), &server.url("200")).await.is_ok());
        assert_eq!((breaker.state(), server.requests() - before), (State::Closed, 2), "{page}");
    }
}

#[tokio::test]
async fn no_answer_is_a_failure() {
    let server = Server::start().await;
    let (breaker, _) = breaker(small());
    let client = by_head(&breaker);
    let mut hanging = request(Method::GET, &server.url("hang"));
    *hanging.timeout_mut() = Some(Duration::from_millis(100));
    let hung = client.clone().oneshot(hanging).await.unwrap_err();
    assert!(matches!(hung, CallError::Failed(error) if error.is_timeout()));
    let unreachable = ask(client.clone(), &nobody().await).await.unwrap_err();
    assert!(matches!(unreachable, CallError::Failed(error) if error.is_connect()));
    let reset = ask(client.clone(), &breaks_off_after("HTTP/1.1 200").await).await.unwrap_err();
    assert!(matches!(reset, CallError::Failed(error) if error.is_request()));
    assert_eq!((breaker.state(), counts(&breaker)), (State::Open, [0, 3, 0, 0, 0]));
}

#[tokio::test]
async fn a_request_that_cannot_be_sent_is_ignored() {
    let (breaker, _) = breaker(small());
    let answer = ask(by_head(&breaker), "mailto:somebody@a.example").await;
    assert!(matches!(answer, Err(CallError::Failed(error)) if error.is_builder()));
    assert_eq!(counts(&breaker), [0, 0, 1, 0, 0]);
}

#[tokio::test]
async fn an_error_made_of_an_answer_is_judged_by_its_status() {
    let server = Server::start().await;
    for (page, verdict) in [("404", breaker_runtime::Verdict::Success), ("500", breaker_runtime::Verdict::Failure)] {
        let answer = client().get(server.url(page)).send().await.unwrap().error_for_status();
        assert_eq!(http::verdict(&answer), verdict);
        assert_eq!(http::verdict(&answer.unwrap_err()), verdict);
    }
}

const CUT_OFF: &str = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf of it";
const CUT_OFF_CHUNKS: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\nhalf of it\r\n";

#[tokio::test]
async fn a_body_that_breaks_off_is_a_failure_with_whole_body_only() {
    for bytes in [CUT_OFF, CUT_OFF_CHUNKS] {
        let url = breaks_off_after(bytes).await;
        let (by_the_head, _) = breaker(small());
        let answer = ask(by_head(&by_the_head), &url).await.unwrap();
        assert!(answer.text().await.is_err());
        assert_eq!(counts(&by_the_head), [1, 0, 0, 0, 0]);

        let (whole, _) = breaker(small());
        let answer = ask(by_body(&whole), &url).await.unwrap();
        assert_eq!(answer.url().as_str(), url);
        assert_eq!(counts(&whole), [0; 5]);
        assert!(answer.text().await.is_err());
        assert_eq!(counts(&whole), [0, 1, 0, 0, 0]);
    }
}

#[tokio::test]
async fn a_body_that_is_read_is_a_success_and_one_that_is_left_is_cancelled() {
    let server = Server::start().await;
    let (breaker, _) = breaker(small());
    let client = by_body(&breaker);
    let answer = ask(client.clone(), &server.url("200")).await.unwrap();
    assert_eq!(answer.content_length(), Some(6));
    assert_eq!(answer.text().await.unwrap(), "a page");
    assert_eq!(counts(&breaker), [1, 0, 0, 0, 0]);
    drop(ask(client.clone(), &server.url("200")).await.unwrap());
    assert_eq!(counts(&breaker), [1, 0, 0, 1, 0]);
    drop(ask(client.clone(), &server.url("500")).await.unwrap());
    assert_eq!(counts(&breaker), [1, 1, 0, 1, 0]);
}

#[tokio::test]
async fn an_answer_without_a_body_is_whole_with_its_head() {
    let server = Server::start().await;
    let (breaker, _) = breaker(small());
    let client = by_body(&breaker);
    for (successes, (method, page)) in
        (1..).zip([(Method::HEAD, "200"), (Method::GET, "204"), (Method::GET, "304"), (Method::HEAD, "404")])
    {
        drop(client.clone().oneshot(request(method, &server.url(page))).await.unwrap());
        assert_eq!(counts(&breaker), [successes, 0, 0, 0, 0], "{page}");
    }
    let empty = breaks_off_after("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    drop(ask(client, &empty).await.unwrap());
    assert_eq!(counts(&breaker), [5, 0, 0, 0, 0]);
}

#[tokio::test]
async fn each_host_has_a_circuit() {
    let (well, down) = (Server::start().await, Server::start().await);
    let hosts = Arc::new(CircuitBreakerFamily::new("http", small().build().unwrap()));
    let client = CircuitBreakerLayer::keyed(&hosts, authority)
        .verdict(http::verdict)
        .retry_after(http::retry_after)
        .layer(client());
    for _ in 0..5 {
        assert!(ask(client.clone(), &well.url("200")).await.is_ok());
        let _rejected_in_the_end = ask(client.clone(), &down.url("500")).await;
    }
    assert_eq!((well.requests(), down.requests()), (5, 3));
    let key = authority(&request(Method::GET, &down.url("")));
    assert_eq!((hosts.get(key).state(), hosts.totals().rejected), (State::Open, 2));
}

#[tokio::test]
async fn the_words_serve_a_call_without_a_layer() {
    let server = Server::start().await;
    let (breaker, _) = breaker(small());
    for (page, expected) in [("404", [1, 0, 0, 0, 0]), ("500", [1, 1, 0, 0, 0])] {
        let call = client().get(server.url(page)).send();
        let answer = breaker.call_async_with(call, http::verdict).await.unwrap().unwrap();
        assert_eq!((answer.status().as_str(), counts(&breaker)), (page, expected));
    }
}
