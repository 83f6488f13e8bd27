//! A breaker on a manual clock.

use std::{sync::Arc, time::Duration};

use breaker_runtime::{CircuitBreaker, Config, ConfigBuilder, Snapshot, testing::ManualClock};

pub(crate) const WAIT: Duration = Duration::from_secs(30);

/// A threshold of 3, one probe, and a wait of [`WAIT`].
pub(crate) fn small() -> ConfigBuilder {
    Config::builder().failure_threshold(3).recovery_timeout(WAIT).half_open_max_calls(1)
}

pub(crate) fn breaker(config: ConfigBuilder) -> (Arc<CircuitBreaker>, ManualClock) {
    let clock = ManualClock::new();
    (Arc::new(CircuitBreaker::with_clock("remote", config.build().unwrap(), clock.clone())), clock)
}

/// Successes, failures, ignored, cancelled, rejected.
pub(crate) fn counts(breaker: &CircuitBreaker) -> [u64; 5] {
    let Snapshot { successes, failures, ignored, cancelled, rejected, .. } = breaker.snapshot();
    [successes, failures, ignored, cancelled, rejected]
}
