//! States that settings force.

use crate::rule::ForcedMode;

/// What settings make of a breaker beside its options: whether it goes by its counts, or is forced.
///
/// In a file it is the option `mode`, in the words of [`as_str`](Self::as_str). A breaker that is forced by its own controls,
/// such as [`force_open`](crate::CircuitBreaker::force_open), stays so whatever the settings say, until
/// [`reset`](crate::CircuitBreaker::reset).
///
/// ```
/// use breaker_runtime::{Config, State, registry, settings::{Mode, Settings}};
///
/// let users = registry().get_or_create("users", Config::default());
/// Settings::new().set("users", Mode::ForcedOpen).install()?;
/// assert_eq!(users.state(), State::ForcedOpen);
/// Settings::new().install()?;
/// assert_eq!(users.state(), State::Closed);
/// # Ok::<(), breaker_runtime::settings::SettingsError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mode {
    /// It opens and closes by itself.
    #[default]
    Normal,
    /// Every call is admitted, none is judged: see [`disable`](crate::CircuitBreaker::disable).
    Disabled,
    /// Every call is admitted and counted: see [`metrics_only`](crate::CircuitBreaker::metrics_only).
    MetricsOnly,
    /// Every call is rejected: see [`force_open`](crate::CircuitBreaker::force_open).
    ForcedOpen,
}

impl Mode {
    #[cfg(feature = "config")]
    const ALL: [Self; 4] = [Self::Normal, Self::Disabled, Self::MetricsOnly, Self::ForcedOpen];

    /// Its word in a file: `normal`, `disabled`, `metrics_only` or `forced_open`.
    ///
    /// ```
    /// use breaker_runtime::settings::Mode;
    ///
    /// assert_eq!(Mode::MetricsOnly.as_str(), "metrics_only");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Disabled => "disabled",
            Self::MetricsOnly => "metrics_only",
            Self::ForcedOpen => "forced_open",
        }
    }

    /// The mode that this word stands for.
    #[cfg(feature = "config")]
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == word)
    }

    pub(crate) fn forced(self) -> Option<ForcedMode> {
        match self {
            Self::Normal => None,
            Self::Disabled => Some(ForcedMode::Disabled),
            Self::MetricsOnly => Some(ForcedMode::MetricsOnly),
            Self::ForcedOpen => Some(ForcedMode::Open),
        }
    }
}
