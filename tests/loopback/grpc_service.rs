//! A gRPC server by hand, whose requests say how it is to misbehave.

use std::{
    convert::Infallible,
    future::{Future, pending},
    net::SocketAddr,
    panic::resume_unwind,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::SeqCst},
    },
    task::{Context, Poll},
};

use bytes::{Buf, BufMut};
use http::{HeaderMap, Request, Response, StatusCode};
use tokio::net::TcpListener;
use tokio_stream::Stream;
use tonic::{
    Code, Status,
    body::Body,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    server::Grpc,
    transport::{Server as Transport, server::TcpIncoming},
};
use tower::{Service, service_fn};

/// Messages are texts.
#[derive(Clone, Copy, Default)]
pub(crate) struct Text;

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
        buffer.put_slice(text.as_bytes());
        Ok(())
    }
}

impl Decoder for Text {
    type Item = String;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<String>, Status> {
        let bytes = buffer.copy_to_bytes(buffer.remaining());
        String::from_utf8(bytes.to_vec()).map(Some).map_err(|error| Status::internal(error.to_string()))
    }
}

#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    requests: Arc<AtomicU32>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self { address: listener.local_addr().unwrap(), requests: Arc::default() };
        let service = server.clone();
        tokio::spawn(async { Transport::builder().serve_with_incoming(service, TcpIncoming::from(listener)).await });
        server
    }

    pub(crate) fn requests(&self) -> u32 {
        self.requests.load(SeqCst)
    }
}

/// The code that a request names, such as `14`, or `Ok`.
fn status(request: &str) -> Status {
    Status::new(request.parse().map_or(Code::Ok, Code::from_i32), "as it was told")
}

async fn unary(request: tonic::Request<String>) -> Result<tonic::Response<String>, Status> {
    let request = request.into_inner();
    match request.as_str() {
        "hang" => pending().await,
        "panic" => resume_unwind(Box::new("fell over")),
        _ => match status(&request) {
            ok if ok.code() == Code::Ok => Ok(tonic::Response::new(format!("hello {request}"))),
            status => Err(status),
        },
    }
}

/// Two messages, and then what the request tells.
struct Messages {
    sent: u32,
    request: String,
}

impl Stream for Messages {
    type Item = Result<String, Status>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<String, Status>>> {
        self.sent += 1;
        if self.sent <= 2 {
            return Poll::Ready(Some(Ok(format!("message {}", self.sent))));
        }
        match self.request.as_str() {
            "hang" => Poll::Pending,
            "panic" => resume_unwind(Box::new("fell over")),
            _ if self.sent > 3 => Poll::Ready(None),
            request => Poll::Ready(match status(request) {
                ok if ok.code() == Code::Ok => None,
                status => Some(Err(status)),
            }),
        }
    }
}

async fn stream(request: tonic::Request<String>) -> Result<tonic::Response<Messages>, Status> {
    Ok(tonic::Response::new(Messages { sent: 0, request: request.into_inner() }))
}

/// No message, for as long as it lasts.
async fn idle(
    _: tonic::Request<String>,
) -> Result<tonic::Response<tokio_stream::Pending<Result<String, Status>>>, Status> {
    Ok(tonic::Response::new(tokio_stream::pending()))
}

impl Service<Request<Body>> for Server {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        self.requests.fetch_add(1, SeqCst);
        Box::pin(async move {
            Ok(match request.uri().path() {
                "/test.Echo/Unary" => Grpc::new(Text).unary(service_fn(unary), request).await,
                "/test.Echo/Stream" => Grpc::new(Text).server_streaming(service_fn(stream), request).await,
                "/test.Echo/Idle" => Grpc::new(Text).server_streaming(service_fn(idle), request).await,
                "/test.Echo/Proxy" => plain(StatusCode::BAD_GATEWAY, &[]),
                "/test.Echo/NotFound" => plain(StatusCode::NOT_FOUND, &[]),
                "/test.Echo/Garbled" => plain(
                    StatusCode::OK,
                    &[("content-type", "application/grpc"), ("grpc-status", "14"), ("grpc-status-details-bin", "!")],
                ),
                "/test.Echo/NoStatus" => plain(StatusCode::OK, &[("content-type", "application/grpc")]),
                _ => Status::unimplemented("no such method").into_http(),
            })
        })
    }
}

fn plain(status: StatusCode, headers: &[(&'static str, &'static str)]) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    let headers: HeaderMap =
        headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
    *response.headers_mut() = headers;
    response
}
