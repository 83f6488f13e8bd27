//! The time of a tokio runtime.

use ::tokio::time::Instant;

use crate::clock::{Clock, nanos::to_nanos};

/// The time of tokio, which a test can pause and advance: feature `tokio`.
///
/// If the code under test sleeps or has a time limit, a [`ManualClock`](crate::testing::ManualClock) would stand still meanwhile. Under
/// this clock the circuit's waits go by the same time. A paused runtime needs tokio's feature `test-util`.
///
/// ```
/// use std::time::Duration;
/// use breaker_runtime::{CircuitBreaker, Config, State, testing::TokioClock};
/// use tokio::{runtime::Builder, time::{pause, sleep}};
///
/// let runtime = Builder::new_current_thread().enable_time().build()?;
/// runtime.block_on(async {
///     pause();
///     let breaker = CircuitBreaker::with_clock("users", Config::default(), TokioClock::new());
///     breaker.trip();
///     sleep(Duration::from_secs(60)).await; // passes at once
///     assert_eq!(breaker.state(), State::HalfOpen);
/// });
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct TokioClock {
    origin: Instant,
}

impl TokioClock {
    /// The time since now.
    ///
    /// ```
    /// use breaker_runtime::{registry, testing::TokioClock};
    ///
    /// registry().set_clock(TokioClock::new());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self { origin: Instant::now() }
    }
}

impl Default for TokioClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for TokioClock {
    fn nanos(&self) -> u64 {
        to_nanos(Instant::now().saturating_duration_since(self.origin))
    }
}
