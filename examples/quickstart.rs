//! A real service goes bad and comes back, and its caller hardly notices: `cargo run --example quickstart`.

use std::{
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering::SeqCst},
    },
    time::Duration,
};

use axum::{Router, extract::Path, http::StatusCode, routing::get};
use breaker_runtime::{State, circuit_breaker};

// The caller: one attribute above a function that asks a remote service.

#[circuit_breaker(
    name = "user-service",
    failure_threshold = 3,
    recovery_timeout = "1s",
    half_open_max_calls = 2,
    success_threshold = 2,
    fallback = cached_user,
    handle = user_breaker
)]
async fn fetch_user(service: &Service, id: u32) -> Result<String, reqwest::Error> {
    let url = format!("{}/users/{id}", service.url);
    service.client.get(url).send().await?.error_for_status()?.text().await
}

fn cached_user(_: &Service, id: u32) -> Result<String, reqwest::Error> {
    Ok(format!("user {id} (cached)"))
}

// The service: a web server on a loopback port, whose handler can be told to fail.

struct Service {
    url: String,
    client: reqwest::Client,
    up: Arc<AtomicBool>,
    requests: Arc<AtomicU32>,
}

impl Service {
    async fn start() -> std::io::Result<Self> {
        let (up, requests) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicU32::new(0)));
        let (is_up, counter) = (Arc::clone(&up), Arc::clone(&requests));
        let handler = move |Path(id): Path<u32>| async move {
            counter.fetch_add(1, SeqCst);
            if is_up.load(SeqCst) { Ok(format!("user {id} (live)")) } else { Err(StatusCode::INTERNAL_SERVER_ERROR) }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        tokio::spawn(async { axum::serve(listener, Router::new().route("/users/{id}", get(handler))).await });
        Ok(Self { url, client: reqwest::Client::new(), up, requests })
    }
}

/// Calls once, tells what happened, and whether it is what a circuit breaker should do.
async fn step(service: &Service, id: u32, answer: &str, state: State, requests: u32) -> bool {
    let got = fetch_user(service, id).await.unwrap_or_else(|error| error.to_string());
    let (state_now, requests_now) = (user_breaker().state(), service.requests.load(SeqCst));
    println!("  {got:<18} circuit {state_now:<10} requests that reached the server: {requests_now}");
    got == format!("user {id} ({answer})") && state_now == state && requests_now == requests
}

#[tokio::main]
async fn main() -> std::io::Result<ExitCode> {
    let service = Service::start().await?;
    let mut as_expected = true;

    println!("The service is up:");
    as_expected &= step(&service, 1, "live", State::Closed, 1).await;
    as_expected &= step(&service, 2, "live", State::Closed, 2).await;

    println!("It goes bad. Three failures in a row open the circuit:");
    service.up.store(false, SeqCst);
    as_expected &= step(&service, 3, "cached", State::Closed, 3).await;
    as_expected &= step(&service, 4, "cached", State::Closed, 4).await;
    as_expected &= step(&service, 5, "cached", State::Open, 5).await;

    println!("While it is open the server is left alone:");
    as_expected &= step(&service, 6, "cached", State::Open, 5).await;
    as_expected &= step(&service, 7, "cached", State::Open, 5).await;

    println!("A second later a probe finds it still down, and the circuit opens again:");
    tokio::time::sleep(Duration::from_millis(1100)).await;
    as_expected &= step(&service, 8, "cached", State::Open, 6).await;

    println!("The service comes back. Two probes succeed, and the circuit closes:");
    service.up.store(true, SeqCst);
    tokio::time::sleep(Duration::from_millis(1100)).await;
    as_expected &= step(&service, 9, "live", State::HalfOpen, 7).await;
    as_expected &= step(&service, 10, "live", State::Closed, 8).await;
    as_expected &= step(&service, 11, "live", State::Closed, 9).await;

    let seen = user_breaker().snapshot();
    println!("In all: {} successes, {} failures, {} rejected.", seen.successes, seen.failures, seen.rejected);
    if as_expected {
        Ok(ExitCode::SUCCESS)
    } else {
        eprintln!("This is not what was expected.");
        Ok(ExitCode::FAILURE)
    }
}
