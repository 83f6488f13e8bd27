//! What an operator makes of a circuit.

use std::fmt;

/// What an override makes of a circuit.
///
/// ```
/// use breaker_runtime::fleet::Mode;
///
/// assert_eq!(Mode::ForcedOpen.to_string(), "forced_open");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mode {
    /// Every call is rejected: [`CircuitBreaker::force_open`](crate::CircuitBreaker::force_open).
    ForcedOpen,
    /// Every call is admitted, none is judged: [`CircuitBreaker::disable`](crate::CircuitBreaker::disable).
    Disabled,
    /// Every call is admitted and judged, and what would have opened is reported:
    /// [`CircuitBreaker::metrics_only`](crate::CircuitBreaker::metrics_only).
    MetricsOnly,
}

impl Mode {
    /// The word for it, as in [`State`](crate::State).
    ///
    /// ```
    /// assert_eq!(breaker_runtime::fleet::Mode::MetricsOnly.as_str(), "metrics_only");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ForcedOpen => "forced_open",
            Self::Disabled => "disabled",
            Self::MetricsOnly => "metrics_only",
        }
    }

    pub(crate) fn of(word: &str) -> Option<Self> {
        [Self::ForcedOpen, Self::Disabled, Self::MetricsOnly].into_iter().find(|mode| mode.as_str() == word)
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
