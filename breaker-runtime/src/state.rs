//! What a breaker may be doing.

use std::fmt;

/// The state of a breaker.
///
/// `Display` gives the name used in logs and metrics: `closed`, `open`, `half_open`, `forced_open`, `disabled`,
/// `metrics_only`.
///
/// ```
/// use breaker_runtime::{CircuitBreaker, Config, State};
///
/// let breaker = CircuitBreaker::new("users", Config::default());
/// assert_eq!(breaker.state(), State::Closed);
/// assert_eq!(State::HalfOpen.to_string(), "half_open");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Calls go through and are counted.
    Closed,
    /// Calls are rejected until the recovery timeout is over.
    Open,
    /// A few calls go through as probes; the others are rejected.
    HalfOpen,
    /// Rejects everything until [`reset`](crate::CircuitBreaker::reset), whatever the time.
    ForcedOpen,
    /// Admits everything and judges nothing.
    Disabled,
    /// Admits everything, counts, and reports when it would have opened.
    MetricsOnly,
}

impl State {
    /// Every state, in the order in which they are declared.
    ///
    /// ```
    /// use breaker_runtime::State;
    ///
    /// let names = State::ALL.map(State::as_str);
    /// assert_eq!(names, ["closed", "open", "half_open", "forced_open", "disabled", "metrics_only"]);
    /// ```
    pub const ALL: [Self; 6] =
        [Self::Closed, Self::Open, Self::HalfOpen, Self::ForcedOpen, Self::Disabled, Self::MetricsOnly];

    /// The name used in logs and metrics; [`Display`](fmt::Display) gives the same.
    ///
    /// ```
    /// use breaker_runtime::State;
    ///
    /// assert_eq!(State::ForcedOpen.as_str(), "forced_open");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half_open",
            Self::ForcedOpen => "forced_open",
            Self::Disabled => "disabled",
            Self::MetricsOnly => "metrics_only",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
