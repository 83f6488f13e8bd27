//! What is wrong with settings.

use std::{error::Error, fmt};

/// Settings that cannot be: says which option, and what it may be.
///
/// ```
/// let error = breaker_runtime::Config::builder().failure_threshold(0).build().unwrap_err();
/// assert_eq!(error.option(), "failure_threshold");
/// assert_eq!(error.to_string(), "`failure_threshold` is at least 1");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    option: &'static str,
    rule: String,
}

impl ConfigError {
    pub(super) fn new(option: &'static str, rule: impl Into<String>) -> Self {
        Self { option, rule: rule.into() }
    }

    /// The option that is wrong, by its name in the attribute.
    ///
    /// ```
    /// use std::time::Duration;
    /// use breaker_runtime::Config;
    ///
    /// let error = Config::builder().recovery_timeout(Duration::ZERO).build().unwrap_err();
    /// assert_eq!(error.option(), "recovery_timeout");
    /// ```
    #[must_use]
    pub fn option(&self) -> &'static str {
        self.option
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.option, self.rule)
    }
}

impl Error for ConfigError {}
