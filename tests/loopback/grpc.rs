//! gRPC: where the status stands, and what the circuit makes of it.

use std::{error::Error, sync::Arc, time::Duration};

use breaker_runtime::{
    CircuitBreaker, CircuitBreakerFamily, CircuitOpen, State, Verdict,
    integration::{
        tonic::{self as words, CircuitBreakerLayer},
        tower::CircuitBreakerService,
    },
    is_rejection,
};
use http::uri::PathAndQuery;
use tokio::net::TcpListener;
use tonic::{
    Code, GrpcMethod, Request, Response, Status, Streaming,
    body::Body,
    client::{Grpc, GrpcService},
    transport::{Channel, Endpoint, server::TcpIncoming},
};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
use tower::{Layer, Service};

use crate::{
    grpc_service::{Server, Text},
    support::{WAIT, breaker, counts, small},
};

const TIMEOUT: Duration = Duration::from_millis(200);

fn channel(server: &Server) -> Channel {
    Endpoint::from_shared(format!("http://{}", server.address)).unwrap().connect_lazy()
}

type Guarded = <CircuitBreakerLayer as Layer<Channel>>::Service;

fn guarded(breaker: &Arc<CircuitBreaker>, channel: Channel) -> Grpc<Guarded> {
    Grpc::new(CircuitBreakerLayer::new(breaker).layer(channel))
}

/// As a generated client does it.
async fn unary<S>(
    client: &mut Grpc<S>,
    method: &'static str,
    request: Request<String>,
) -> Result<Response<String>, Status>
where
    S: GrpcService<Body>,
    S::ResponseBody: http_body::Body<Data = bytes::Bytes> + Send + 'static,
    <S::ResponseBody as http_body::Body>::Error: Into<tower::BoxError>,
{
    client.ready().await.map_err(|error| Status::unknown(format!("not ready: {}", error.into())))?;
    client.unary(request, PathAndQuery::from_static(method), Text).await
}

async fn stream(client: &mut Grpc<Guarded>, method: &'static str, request: &str) -> Result<Streaming<String>, Status> {
    client.ready().await?;
    let request = Request::new(request.to_owned());
    client.server_streaming(request, PathAndQuery::from_static(method), Text).await.map(Response::into_inner)
}

const UNARY: &str = "/test.Echo/Unary";
const STREAM: &str = "/test.Echo/Stream";

async fn ask(client: &mut Grpc<Guarded>, request: &str) -> Result<String, Status> {
    unary(client, UNARY, Request::new(request.to_owned())).await.map(Response::into_inner)
}

#[tokio::test]
async fn a_status_is_read_wherever_it_stands() {
    let server = Server::start().await;
    let (breaker, _) = breaker(small());
    let mut client = guarded(&breaker, channel(&server));
    assert_eq!(ask(&mut client, "you").await.unwrap(), "hello you"); // in the trailers
    assert_eq!(counts(&breaker), [1, 0, 0, 0, 0]);
    // A handler's error is an answer of headers only.
    for (code, expected) in [
        (Code::NotFound, [2, 0, 0, 0, 0]),
        (Code::Unavailable, [2, 1, 0, 0, 0]),
        (Code::Aborted, [2, 1, 1, 0, 0]),
        (Code::Cancelled, [2, 1, 2, 0, 0]),
        (Code::ResourceExhausted, [2, 2, 2, 0, 0]),
        (Code::Unauthenticated, [3, 2, 2, 0, 0]),
    ] {
        let status = ask(&mut client, &(code as i32).to_string()).await.unwrap_err();
        assert_eq!((status.code(), status.message()), (code, "as it was told"));
        assert_eq!(counts(&breaker), expected, "{code}");
    }
    assert_eq!(server.requests(), 7);
}

#[tokio::test]
async fn trap_a_stream_is_judged_by_its_trailers() {
    let server = Server::start().await;
    let (breaker, _) = breaker(small());
    let mut client = guarded(&breaker, channel(&server));
    for (request, code, expected) in [
        ("well", None, [1, 0, 0, 0, 0]),
        ("13", Some(Code::Internal), [1, 1, 0, 0, 0]),
        ("5", Some(Code::NotFound), [2, 1, 0, 0, 0]),
    ] {
        let before = counts(&breaker);
        let mut messages = stream(&mut client, STREAM, request).await.unwrap();
        for number in 1..=2 {
            assert_eq!(messages.message().await.unwrap().unwrap(), format!("message {number}"));
            assert_eq!(counts(&breaker), before); // it is not over
        }
        assert_eq!(messages.message().await.map_err(|status| status.code()), code.map_or(Ok(None), Err));
        assert_eq!(counts(&breaker), expected, "{request}");
    }
}

#[tokio::test]
async fn a_stream_that_the_caller_leaves_is_cancelled() {
    let server = Server::start().await;
    let (breaker, _) = breaker(small());
    let mut client = guarded(&breaker, channel(&server));
    let mut messages = stream(&mut client, STREAM, "hang").await.unwrap();
    messages.message().await.unwrap();
    drop(messages);
    assert_eq!(counts(&breaker), [0, 0, 0, 1, 0]);
}

#[tokio::test]
async fn a_connection_that_breaks_is_a_failure() {
    let server = Server::start().await;
    let (breaker, _) = breaker(small());
    let mut client = guarded(&breaker, channel(&server));
    // Before an answer. tonic calls it `Cancelled`, as if the caller had gone away.
    assert_eq!(ask(&mut client, "panic").await.unwrap_err().code(), Code::Cancelled);
    assert_eq!(counts(&breaker), [0, 1, 0, 0, 0]);
    let mut messages = stream(&mut client, STREAM, "panic").await.unwrap();
    while let Ok(Some(_)) = messages.message().await {} // in the middle of one
    assert_eq!(counts(&breaker), [0, 2, 0, 0, 0]);

    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let channel = Endpoint::from_shared(format!("http://{nobody}")).unwrap().connect_lazy();
    let status = ask(&mut guarded(&breaker, channel), "you").await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    assert_eq!((breaker.state(), counts(&breaker)), (State::Open, [0, 3, 0, 0, 0]));
}

#[tokio::test]
async fn tonics_own_time_limit_is_a_failure() {
    let server = Server::start().await;
    let (breaker, _) = breaker(small());
    let endpoint = Endpoint::from_shared(format!("http://{}", server.address)).unwrap();
    let status =
        ask(&mut guarded(&breaker, endpoint.clone().timeout(TIMEOUT).connect_lazy()), "hang").await.unwrap_err();
    assert_eq!((status.code(), status.message()), (Code::Cancelled, "Timeout expired"));
    assert_eq!(words::verdict::<()>(&Err(status)), Verdict::Failure);

    let mut request = Request::new("hang".to_owned());
    request.set_timeout(TIMEOUT);
    let status = unary(&mut guarded(&breaker, endpoint.connect_lazy()), UNARY, request).await.unwrap_err();
    assert_eq!(words::verdict::<()>(&Err(status)), Verdict::Failure);
    assert_eq!(counts(&breaker), [0, 2, 0, 0, 0]);
}

#[tokio::test]
async fn a_caller_that_gives_up_is_cancelled() {
    let server = Server::start().await;
    let (breaker, _) = breaker(small());
    let mut client = guarded(&breaker, channel(&server));
    assert!(tokio::time::timeout(TIMEOUT, ask(&mut client, "hang")).await.is_err());
    assert_eq!(counts(&breaker), [0, 0, 0, 1, 0]);
}

#[tokio::test]
async fn a_rejected_call_is_unavailable_with_the_rejection_as_its_source() {
    let server = Server::start().await;
    let (breaker, _) = breaker(small());
    breaker.trip();
    let mut client = guarded(&breaker, channel(&server));
    let status = ask(&mut client, "you").await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    let open = status.source().and_then(|source| source.downcast_ref::<CircuitOpen>()).unwrap();
    assert_eq!((&*open.name, open.retry_after), ("remote", Some(WAIT)));
    assert!(is_rejection(&status));
    assert_eq!(words::verdict::<()>(&Err(status)), Verdict::Ignored); // of a circuit around this one
    assert_eq!((server.requests(), counts(&breaker)), (0, [0, 0, 0, 0, 1]));
}

#[tokio::test]
async fn an_answer_that_is_no_grpc_is_judged_by_what_it_is() {
    let server = Server::start().await;
    let (breaker, _) = breaker(small().failure_threshold(9));
    let mut client = guarded(&breaker, channel(&server));
    for (failures, method) in (1..).zip(["/test.Echo/Proxy", "/test.Echo/NoStatus"]) {
        assert!(unary(&mut client, method, Request::new(String::new())).await.is_err());
        assert_eq!(counts(&breaker), [0, failures, 0, 0, 0], "{method}");
    }
    // A page that is not there, and a method: something lives there, and says so.
    for (successes, method) in (1..).zip(["/test.Echo/NotFound", "/test.Echo/NoSuch"]) {
        let status = unary(&mut client, method, Request::new(String::new())).await.unwrap_err();
        assert_eq!((status.code(), counts(&breaker)), (Code::Unimplemented, [successes, 2, 0, 0, 0]));
    }
}

/// tonic's client panics over details that it cannot read. The layer is not what does.
#[tokio::test]
async fn details_that_cannot_be_read_are_no_panic_of_the_layer() {
    let server = Server::start().await;
    let (breaker, _) = breaker(small());
    let mut service = CircuitBreakerLayer::new(&breaker).layer(channel(&server));
    std::future::poll_fn(|context| Service::poll_ready(&mut service, context)).await.unwrap();
    let request = http::Request::post("/test.Echo/Garbled").body(Body::empty()).unwrap();
    Service::call(&mut service, request).await.unwrap();
    assert_eq!(counts(&breaker), [0, 1, 0, 0, 0]);
}

#[tokio::test]
async fn a_probe_is_settled_by_its_first_message() {
    let server = Server::start().await;
    let (breaker, clock) = breaker(small());
    let mut client = guarded(&breaker, channel(&server));
    breaker.trip();
    clock.advance(WAIT);
    let mut messages = stream(&mut client, STREAM, "hang").await.unwrap();
    messages.message().await.unwrap();
    assert_eq!((breaker.state(), counts(&breaker)), (State::Closed, [1, 0, 0, 0, 0]));
    drop(messages);
    assert_eq!(counts(&breaker), [1, 0, 0, 0, 0]);

    // One without a message proves nothing yet; one that fails in its headers does.
    breaker.trip();
    clock.advance(WAIT);
    let silent = stream(&mut client, "/test.Echo/Idle", "").await.unwrap();
    assert_eq!(breaker.state(), State::HalfOpen);
    assert!(is_rejection(&ask(&mut client, "you").await.unwrap_err()));
    drop(silent);
    assert!(ask(&mut client, "14").await.is_err());
    assert_eq!((breaker.state(), counts(&breaker)), (State::Open, [1, 1, 0, 1, 1]));
}

#[tokio::test]
async fn slow_is_the_time_to_the_headers() {
    let server = Server::start().await;
    let (breaker, clock) = breaker(small().slow_call_duration(Duration::from_secs(1)).min_calls(1));
    let mut client = guarded(&breaker, channel(&server));
    let mut messages = stream(&mut client, STREAM, "well").await.unwrap();
    while messages.message().await.unwrap().is_some() {
        clock.advance(Duration::from_secs(60));
    }
    let seen = breaker.snapshot();
    assert_eq!((seen.successes, seen.slow, seen.state), (1, 0, State::Closed));
}

#[tokio::test]
async fn the_verdict_and_the_wait_may_be_the_users() {
    fn judge(status: &Status) -> Verdict {
        if status.code() == Code::NotFound { Verdict::Failure } else { Verdict::Success }
    }
    fn by_message(status: &Status) -> Option<Duration> {
        (status.message() == "as it was told").then_some(Duration::from_secs(50))
    }
    let server = Server::start().await;
    let (breaker, _) = breaker(small());
    let layer = CircuitBreakerLayer::new(&breaker).verdict(judge).retry_after(by_message);
    let mut client = Grpc::new(layer.layer(channel(&server)));
    let mut ask = async |request: &str| unary(&mut client, UNARY, Request::new(request.to_owned())).await;
    assert!(ask("14").await.is_err());
    assert_eq!(counts(&breaker), [1, 0, 0, 0, 0]);
    assert!(ask("5").await.is_err());
    assert_eq!((breaker.state(), counts(&breaker)), (State::Open, [1, 1, 0, 0, 0]));
    assert_eq!(breaker.snapshot().retry_after, Some(Duration::from_secs(50)));
}

#[tokio::test]
async fn each_method_may_have_a_circuit() {
    fn method(request: &http::Request<Body>) -> String {
        request.extensions().get::<GrpcMethod<'_>>().map_or(request.uri().path(), |method| method.method()).to_owned()
    }
    let server = Server::start().await;
    let methods = Arc::new(CircuitBreakerFamily::new("echo", small().build().unwrap()));
    methods.get(UNARY).trip();
    let mut client = Grpc::new(CircuitBreakerLayer::keyed(&methods, method).layer(channel(&server)));
    assert!(is_rejection(&unary(&mut client, UNARY, Request::new("you".to_owned())).await.unwrap_err()));
    let other = unary(&mut client, "/test.Echo/Other", Request::new("you".to_owned())).await.unwrap_err();
    assert_eq!((other.code(), server.requests()), (Code::Unimplemented, 1));
}

#[tokio::test]
async fn the_guarded_channel_can_be_named_cloned_and_sent() {
    fn is<T: Clone + Send + Sync + 'static>(_: &T) {}
    let server = Server::start().await;
    let (breaker, _) = breaker(small());
    let client: Grpc<CircuitBreakerService<Channel, _, _, _, words::AtTrailers>> = guarded(&breaker, channel(&server));
    is(&client);
    let calls: Vec<_> = (0..8)
        .map(|number| {
            let mut client = client.clone();
            tokio::spawn(async move { ask(&mut client, &format!("you {number}")).await.unwrap() })
        })
        .collect();
    for (number, call) in calls.into_iter().enumerate() {
        assert_eq!(call.await.unwrap(), format!("hello you {number}"));
    }
    assert_eq!(counts(&breaker), [8, 0, 0, 0, 0]);
}

#[tokio::test]
async fn a_generated_client_stands_on_it() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let channel = Endpoint::from_shared(format!("http://{}", listener.local_addr().unwrap())).unwrap().connect_lazy();
    let (_, service) = tonic_health::server::health_reporter();
    tokio::spawn(async {
        tonic::transport::Server::builder().add_service(service).serve_with_incoming(TcpIncoming::from(listener)).await
    });
    let (breaker, _) = breaker(small());
    let mut client = HealthClient::new(CircuitBreakerLayer::new(&breaker).layer(channel.clone()));
    let about = |service: &str| HealthCheckRequest { service: service.to_owned() };
    assert!(client.check(about("")).await.is_ok());
    assert_eq!(client.check(about("nobody")).await.unwrap_err().code(), Code::NotFound);
    let mut watched = client.watch(about("")).await.unwrap().into_inner();
    assert!(watched.message().await.unwrap().is_some());
    assert_eq!(counts(&breaker), [2, 0, 0, 0, 0]);
    drop(watched);
    assert_eq!(counts(&breaker), [2, 0, 0, 1, 0]);

    // A call without the layer.
    let mut plain = HealthClient::new(channel);
    let answer = breaker.call_async_with(plain.check(about("nobody")), words::verdict).await.unwrap();
    assert_eq!(answer.unwrap_err().code(), Code::NotFound);
    breaker.trip();
    let rejected = breaker.call_async_with(plain.check(about("")), words::verdict).await.map_err(words::unavailable);
    assert_eq!(rejected.unwrap_err().code(), Code::Unavailable);
    assert_eq!(counts(&breaker), [3, 0, 0, 1, 1]);
}
