//! Why a breaker changed its state.

use std::fmt;

/// Why a breaker changed its state.
///
/// ```
/// use breaker_runtime::{CircuitBreaker, Config, Reason};
///
/// let breaker = CircuitBreaker::new("users", Config::builder().failure_threshold(1).build()?);
/// breaker.on_transition(|t| match t.reason {
///     Reason::Manual => println!("{}: somebody made it {}", t.name, t.to),
///     Reason::WouldOpen => println!("{}: would have opened", t.name),
///     reason => println!("{}: {} -> {} ({reason})", t.name, t.from, t.to),
/// });
/// let _ = breaker.call(|| Err::<(), _>("down")); // users: closed -> open (failure threshold reached)
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// [`failure_threshold`](crate::ConfigBuilder::failure_threshold) calls in a row failed.
    ConsecutiveFailures,
    /// The share of failures in the window reached [`failure_rate`](crate::ConfigBuilder::failure_rate).
    FailureRate,
    /// The share of slow calls in the window reached [`slow_call_rate`](crate::ConfigBuilder::slow_call_rate).
    SlowCallRate,
    /// The wait is over, and a call was admitted as a probe.
    WaitOver,
    /// A half-open probe failed.
    ProbeFailed,
    /// A half-open probe took longer than [`slow_call_duration`](crate::ConfigBuilder::slow_call_duration).
    ProbeSlow,
    /// The probes of a half-open episode brought no answer for
    /// [`probe_timeout`](crate::ConfigBuilder::probe_timeout).
    ProbesTimedOut,
    /// Enough half-open probes succeeded.
    ProbesSucceeded,
    /// A dependency that failed asked to be left alone for a time.
    RetryAfter,
    /// A control of the [`CircuitBreaker`](crate::CircuitBreaker) was used: `trip`, `trip_for`, `half_open`, `close`,
    /// `force_open`, `disable`, `metrics_only`, `reset` or `set_clock`; or installed [`settings`](crate::settings) force a
    /// state.
    Manual,
    /// No change: a [`metrics_only`](crate::CircuitBreaker::metrics_only) breaker would have opened here. Reported once
    /// per crossing.
    WouldOpen,
}

impl Reason {
    /// The reason in words, for logs; [`Display`](fmt::Display) gives the same.
    ///
    /// ```
    /// use breaker_runtime::Reason;
    ///
    /// assert_eq!(Reason::ProbesSucceeded.as_str(), "probes succeeded");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ConsecutiveFailures => "failure threshold reached",
            Self::FailureRate => "failure rate reached",
            Self::SlowCallRate => "slow call rate reached",
            Self::WaitOver => "recovery timeout over",
            Self::ProbeFailed => "probe failed",
            Self::ProbeSlow => "probe was slow",
            Self::ProbesTimedOut => "probes timed out",
            Self::ProbesSucceeded => "probes succeeded",
            Self::RetryAfter => "dependency asked to wait",
            Self::Manual => "manual",
            Self::WouldOpen => "would have opened",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
