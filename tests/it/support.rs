//! What the tests share: a breaker on a manual clock, and calls that end as told.

use std::time::Duration;

use breaker_runtime::{CallError, CircuitBreaker, Config, ConfigBuilder, testing::ManualClock};

pub(crate) const WAIT: Duration = Duration::from_secs(30);

/// A threshold of 2, one probe, and a wait of [`WAIT`].
pub(crate) fn small() -> ConfigBuilder {
    Config::builder().failure_threshold(2).recovery_timeout(WAIT).half_open_max_calls(1)
}

pub(crate) fn breaker(config: ConfigBuilder) -> (CircuitBreaker, ManualClock) {
    let clock = ManualClock::new();
    (CircuitBreaker::with_clock("test", config.build().unwrap(), clock.clone()), clock)
}

pub(crate) fn succeed(breaker: &CircuitBreaker) -> Result<(), CallError<()>> {
    breaker.call(|| Ok(()))
}

pub(crate) fn fail(breaker: &CircuitBreaker) -> Result<(), CallError<()>> {
    breaker.call(|| Err(()))
}

/// Fails until it is open.
pub(crate) fn open(breaker: &CircuitBreaker) {
    for _ in 0..breaker.config().failure_threshold().unwrap() {
        assert_eq!(fail(breaker), Err(CallError::Failed(())));
    }
    assert_eq!(breaker.state(), breaker_runtime::State::Open);
}
