//! Clients through an outage: which of their calls reach the server is known beforehand.

use std::{sync::Arc, time::Duration};

use ::http::uri::PathAndQuery;
use ::tonic::{Request, client::Grpc, transport::Endpoint};
use breaker_runtime::{
    CallError, Config, State,
    integration::{http, tonic, tower::CircuitBreakerLayer},
    testing::ManualClock,
};
use tower::{Layer, ServiceExt};

use crate::{
    grpc_service::{self, Text},
    http_service,
    support::{breaker, counts},
};

/// A call each second: 20 s well, 60 s down, 40 s well.
const CALLS: [(u32, bool); 3] = [(20, true), (60, false), (40, true)];

/// Three failures open; 10 s, then 20 s each (twice as long, at most 20 s); one probe.
fn settings() -> breaker_runtime::ConfigBuilder {
    Config::builder()
        .failure_threshold(3)
        .recovery_timeout(Duration::from_secs(10))
        .backoff_multiplier(2.0)
        .max_recovery_timeout(Duration::from_secs(20))
        .half_open_max_calls(1)
}

/// By the clock of the calls, of which the first is at second 1: 20 go well. 21, 22 and 23 fail, and open until 33. That
/// probe fails: open until 53. So does this one: open until 73, and until 93, when the service is well again. From then on
/// all go through, which are 93 to 120.
const WELL: u64 = 20 + 28;
const FAILED: u64 = 3 + 3;
const REFUSED: u64 = 120 - WELL - FAILED;

async fn through_the_outage(clock: &ManualClock, mut call: impl AsyncFnMut(bool)) {
    for (calls, up) in CALLS {
        for _ in 0..calls {
            clock.advance(Duration::from_secs(1));
            call(up).await;
        }
    }
}

#[tokio::test]
async fn of_an_http_client() {
    let server = http_service::Server::start().await;
    let (breaker, clock) = breaker(settings());
    let layer = CircuitBreakerLayer::new(&breaker).verdict(http::verdict).retry_after(http::retry_after);
    let client = layer.layer(reqwest::Client::new());
    through_the_outage(&clock, async |up| {
        let url = server.url(if up { "200" } else { "500" });
        let request = reqwest::Request::new(reqwest::Method::GET, url.parse().unwrap());
        match client.clone().oneshot(request).await {
            Ok(answer) => assert_eq!(answer.status().is_success(), up),
            Err(error) => assert!(matches!(error, CallError::Open(_))),
        }
    })
    .await;
    assert_eq!((breaker.state(), counts(&breaker)), (State::Closed, [WELL, FAILED, 0, 0, REFUSED]));
    assert_eq!(u64::from(server.requests()), WELL + FAILED);
}

#[tokio::test]
async fn of_a_grpc_client() {
    let server = grpc_service::Server::start().await;
    let (breaker, clock) = breaker(settings());
    let channel = Endpoint::from_shared(format!("http://{}", server.address)).unwrap().connect_lazy();
    let mut client = Grpc::new(tonic::CircuitBreakerLayer::new(Arc::clone(&breaker)).layer(channel));
    through_the_outage(&clock, async |up| {
        let request = Request::new(if up { "you" } else { "14" }.to_owned());
        client.ready().await.unwrap();
        let answer = client.unary(request, PathAndQuery::from_static("/test.Echo/Unary"), Text).await;
        if let Err(status) = answer {
            assert!(!up || breaker_runtime::is_rejection(&status));
        }
    })
    .await;
    assert_eq!((breaker.state(), counts(&breaker)), (State::Closed, [WELL, FAILED, 0, 0, REFUSED]));
    assert_eq!(u64::from(server.requests()), WELL + FAILED);
}
