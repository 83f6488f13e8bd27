//! A gRPC client whose channel has a circuit breaker, through an outage: `cargo run --example grpc`.
//!
//! The layer stands under the client, where every call passes: it reads the status of each in its headers or trailers. The
//! messages are plain texts and the service is written by hand, so that nothing needs `protoc`; under a generated client
//! the layer is the same.
//!
//! It ends by itself, and fails if a request was sent that should not have been.

use std::{
    convert::Infallible,
    error::Error,
    future::{Future, pending},
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::SeqCst},
    },
    task::{Context, Poll},
    time::Duration,
};

use breaker_runtime::{CircuitBreaker, CircuitOpen, Config, integration::tonic::CircuitBreakerLayer};
use tokio::{net::TcpListener, time::sleep};
use tonic::{
    Code, Request, Response, Status,
    body::Body,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    transport::{Channel, Endpoint, Server, server::TcpIncoming},
};
use tower::{Layer, Service, service_fn};

const TIME_LIMIT: Duration = Duration::from_millis(500);
const WAIT: Duration = Duration::from_secs(1);

// The client.

/// A channel under its circuit breaker.
type Guarded = <CircuitBreakerLayer as Layer<Channel>>::Service;

struct Greeter {
    client: tonic::client::Grpc<Guarded>,
    breaker: Arc<CircuitBreaker>,
}

impl Greeter {
    fn new(server: SocketAddr) -> Result<Self, Box<dyn Error>> {
        let config = Config::builder().failure_threshold(3).recovery_timeout(WAIT).half_open_max_calls(1).build()?;
        let breaker = Arc::new(CircuitBreaker::new("greeter", config));
        // The time limit is the channel's, so it stands inside: a call without an answer in time is a failure.
        let channel = Endpoint::from_shared(format!("http://{server}"))?.timeout(TIME_LIMIT).connect_lazy();
        let channel = CircuitBreakerLayer::new(&breaker).layer(channel);
        Ok(Self { client: tonic::client::Grpc::new(channel), breaker })
    }

    /// What a generated client has for each method.
    async fn greet(&mut self, name: &str) -> Result<Response<String>, Status> {
        self.client.ready().await?;
        let path = http::uri::PathAndQuery::from_static("/example.Greeter/Greet");
        self.client.unary(Request::new(name.to_owned()), path, Text).await
    }
}

// The server, which can be told to misbehave.

#[derive(Clone, Default)]
struct Greetings {
    mood: Arc<AtomicU32>,
    requests: Arc<AtomicU32>,
}

const WELL: u32 = 0;
const DOWN: u32 = 1;
const HANGING: u32 = 2;

impl Greetings {
    async fn start(&self) -> io::Result<SocketAddr> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (address, service) = (listener.local_addr()?, self.clone());
        tokio::spawn(async { Server::builder().serve_with_incoming(service, TcpIncoming::from(listener)).await });
        Ok(address)
    }

    async fn greet(self, name: String) -> Result<Response<String>, Status> {
        self.requests.fetch_add(1, SeqCst);
        match self.mood.load(SeqCst) {
            DOWN => Err(Status::unavailable("the database is gone")),
            HANGING => pending().await,
            _ if name.is_empty() => Err(Status::invalid_argument("who?")),
            _ => Ok(Response::new(format!("hello {name}"))),
        }
    }
}

impl Service<http::Request<Body>> for Greetings {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<http::Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let service = self.clone();
        let greet = service_fn(move |request: Request<String>| service.clone().greet(request.into_inner()));
        Box::pin(async { Ok(tonic::server::Grpc::new(Text).unary(greet, request).await) })
    }
}

/// Messages are texts.
#[derive(Clone, Copy)]
struct Text;

impl Codec for Text {
    type Encode = String;
    type Decode = String;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        *self
    }

    fn decoder(&mut self) -> Self {
        *self
    }
}

impl Encoder for Text {
    type Item = String;
    type Error = Status;

    fn encode(&mut self, text: String, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        bytes::BufMut::put_slice(buffer, text.as_bytes());
        Ok(())
    }
}

impl Decoder for Text {
    type Item = String;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<String>, Status> {
        let bytes = bytes::Buf::copy_to_bytes(buffer, bytes::Buf::remaining(buffer));
        String::from_utf8(bytes.into()).map(Some).map_err(|error| Status::internal(error.to_string()))
    }
}

// The outage.

struct Story {
    greeter: Greeter,
    server: Greetings,
}

impl Story {
    /// Calls once, tells what happened, and fails if it is not what a circuit breaker should do.
    async fn step(&mut self, name: &str, expected: Result<&str, Code>, state: &str, requests: u32) {
        let answer = self.greeter.greet(name).await.map(Response::into_inner);
        let shown = match &answer {
            Ok(greeting) => greeting.clone(),
            Err(status) if is_rejected(status) => format!("not sent: {}", status.message()),
            Err(status) => format!("{:?}: {}", status.code(), status.message()),
        };
        let (state_now, requests_now) = (self.greeter.breaker.state(), self.server.requests.load(SeqCst));
        println!("  {shown:<68} circuit {state_now:<9}  requests {requests_now}");
        assert_eq!(answer.map_err(|status| status.code()), expected.map(str::to_owned));
        assert_eq!((state_now.to_string().as_str(), requests_now), (state, requests));
    }
}

/// A rejected call has the rejection as the source of its status.
fn is_rejected(status: &Status) -> bool {
    status.source().is_some_and(|source| source.is::<CircuitOpen>())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = Greetings::default();
    let mut story = Story { greeter: Greeter::new(server.start().await?)?, server };

    println!("The server is well. A status that is the caller's fault shows that it lives:");
    story.step("Ada", Ok("hello Ada"), "closed", 1).await;
    for requests in 2..=5 {
        story.step("", Err(Code::InvalidArgument), "closed", requests).await;
    }

    println!("It goes down. Three failures in a row open the circuit, and the server is left alone:");
    story.server.mood.store(DOWN, SeqCst);
    story.step("Ada", Err(Code::Unavailable), "closed", 6).await;
    story.step("Ada", Err(Code::Unavailable), "closed", 7).await;
    story.step("Ada", Err(Code::Unavailable), "open", 8).await;
    story.step("Ada", Err(Code::Unavailable), "open", 8).await;

    println!("It hangs. The probe runs into the time limit of the channel, and the circuit opens again:");
    story.server.mood.store(HANGING, SeqCst);
    sleep(WAIT).await;
    story.step("Ada", Err(Code::Cancelled), "open", 9).await;
    story.step("Ada", Err(Code::Unavailable), "open", 9).await;

    println!("It is well again, which the next probe finds out:");
    story.server.mood.store(WELL, SeqCst);
    sleep(WAIT).await;
    story.step("Ada", Ok("hello Ada"), "closed", 10).await;

    let seen = story.greeter.breaker.snapshot();
    println!("In all: {} successes, {} failures, {} rejected.", seen.successes, seen.failures, seen.rejected);
    assert_eq!((seen.successes, seen.failures, seen.rejected), (6, 4, 2));
    Ok(())
}
