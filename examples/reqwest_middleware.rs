//! A circuit breaker for each host as a `reqwest-middleware`, in fifteen lines: `cargo run --example reqwest_middleware`.
//!
//! It ends by itself, and fails if a request was sent that should not have been.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::SeqCst},
    },
};

use axum::{Router, http::StatusCode, routing::get};
use breaker_runtime::{
    CircuitBreakerFamily, CircuitOpen, Config, Verdict,
    integration::reqwest::{authority, retry_after, verdict},
};
use reqwest::{Client, Request, Response};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Error, Middleware, Next, Result};

struct CircuitBreakers(CircuitBreakerFamily);

#[async_trait::async_trait]
impl Middleware for CircuitBreakers {
    async fn handle(&self, request: Request, extensions: &mut http::Extensions, next: Next<'_>) -> Result<Response> {
        let breaker = self.0.get(authority(&request));
        let permit = breaker.try_acquire_owned().map_err(Error::middleware)?;
        let answer = next.run(request, extensions).await;
        match (verdict(&answer), retry_after(&answer)) {
            (Verdict::Failure, Some(wait)) => permit.failure_with_retry_after(wait),
            (verdict, _) => permit.settle(verdict),
        }
        answer
    }
}

/// A server that always answers with this status, and how many requests it got.
async fn server(status: StatusCode) -> io::Result<(SocketAddr, Arc<AtomicU32>)> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let (address, requests) = (listener.local_addr()?, Arc::new(AtomicU32::new(0)));
    let counter = Arc::clone(&requests);
    let page = move || async move {
        counter.fetch_add(1, SeqCst);
        (status, [("retry-after", "60")])
    };
    tokio::spawn(async { axum::serve(listener, Router::new().route("/", get(page))).await });
    Ok((address, requests))
}

/// Asks five times, and tells what came of it.
async fn ask(client: &ClientWithMiddleware, server: SocketAddr) -> [String; 5] {
    let mut answers = [const { String::new() }; 5];
    for answer in &mut answers {
        *answer = match client.get(format!("http://{server}")).send().await {
            Ok(response) => response.status().to_string(),
            Err(Error::Middleware(error)) if error.is::<CircuitOpen>() => "not sent".to_owned(),
            Err(error) => error.to_string(),
        };
    }
    println!("{server}: {}", answers.join(", "));
    answers
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let config = Config::builder().failure_threshold(3).build().map_err(io::Error::other)?;
    let hosts = CircuitBreakers(CircuitBreakerFamily::new("http", config));
    let client = ClientBuilder::new(Client::new()).with(hosts).build();

    let (well, requests) = server(StatusCode::OK).await?;
    assert_eq!(ask(&client, well).await, ["200 OK"; 5]);
    assert_eq!(requests.load(SeqCst), 5);

    // Three failures in a row.
    let (down, requests) = server(StatusCode::BAD_GATEWAY).await?;
    let failed = "502 Bad Gateway";
    assert_eq!(ask(&client, down).await, [failed, failed, failed, "not sent", "not sent"]);
    assert_eq!(requests.load(SeqCst), 3);

    // One that asks to be left alone.
    let (busy, requests) = server(StatusCode::SERVICE_UNAVAILABLE).await?;
    let rejected = "not sent";
    assert_eq!(ask(&client, busy).await, ["503 Service Unavailable", rejected, rejected, rejected, rejected]);
    assert_eq!(requests.load(SeqCst), 1);
    Ok(())
}
