//! Two clients of one type: each has a circuit, its own settings, and a place in the registry.

use std::{error::Error, sync::Arc, time::Duration};

use breaker_runtime::{
    CircuitBreaker, CircuitOpen, Config, State, circuit_breaker, integration::http, registry, settings::Settings,
};
use reqwest::{Client, Response};

use crate::{
    http_service::Server,
    support::{counts, small},
};

struct Region {
    server: Server,
    client: Client,
    breaker: Arc<CircuitBreaker>,
}

impl Region {
    async fn new(name: &str, config: Config) -> Self {
        let breaker = Arc::new(CircuitBreaker::new(name.to_owned(), config));
        registry().register(Arc::clone(&breaker));
        Self { server: Server::start().await, client: Client::new(), breaker }
    }

    #[circuit_breaker(breaker = self.breaker, verdict = http::verdict, retry_after = http::retry_after)]
    async fn get(&self, page: &str) -> Result<Response, Box<dyn Error + Send + Sync>> {
        Ok(self.client.get(self.server.url(page)).send().await?)
    }
}

#[tokio::test]
async fn one_is_open_the_other_closed_and_both_are_in_the_registry() {
    let east = Region::new("region-east", small().failure_threshold(2).build().unwrap()).await;
    let west = Region::new("region-west", small().failure_threshold(5).build().unwrap()).await;
    for region in [&east, &west] {
        for _ in 0..4 {
            let _failed_or_rejected = region.get("500").await;
        }
    }
    assert!(east.get("200").await.unwrap_err().is::<CircuitOpen>());
    assert!(west.get("200").await.is_ok());
    assert_eq!(
        (east.breaker.state(), east.server.requests(), counts(&east.breaker)),
        (State::Open, 2, [0, 2, 0, 0, 3])
    );
    assert_eq!(
        (west.breaker.state(), west.server.requests(), counts(&west.breaker)),
        (State::Closed, 5, [1, 4, 0, 0, 0])
    );

    let health = registry().health();
    assert!(!health.get("region-east").unwrap().healthy);
    assert!(health.get("region-west").unwrap().healthy);
    assert!(Arc::ptr_eq(&registry().find("region-east").unwrap(), &east.breaker));

    let file = "[\"region-*\"]\nrecovery_timeout = \"7s\"\n[\"region-west\"]\nfailure_threshold = 9\n";
    Settings::from_toml(file).unwrap().install().unwrap();
    for (region, threshold) in [(&east, 2), (&west, 9)] {
        let config = region.breaker.config();
        assert_eq!((config.recovery_timeout(), config.failure_threshold()), (Duration::from_secs(7), Some(threshold)));
    }
}
