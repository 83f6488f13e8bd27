//! What is wrong with settings.

use std::{error::Error, fmt};

use crate::{config::ConfigError, escaped::Escaped};

/// Settings that were refused, with everything that is wrong with them. `Display` gives one line for each problem.
///
/// ```
/// use breaker_runtime::{Config, settings::Settings};
///
/// let wrong = Settings::new().set("users", Config::builder().failure_threshold(0));
/// let error = wrong.install().unwrap_err();
/// assert_eq!(error.to_string(), "breaker `users`: `failure_threshold` is at least 1");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError {
    /// The file they are from.
    pub(super) file: Option<String>,
    pub(super) problems: Vec<Problem>,
}

/// One thing that is wrong with settings.
///
/// ```
/// use breaker_runtime::{Config, settings::Settings};
///
/// let error = Settings::new().set("users", Config::builder().jitter(20.0)).install().unwrap_err();
/// let problem = &error.problems()[0];
/// assert_eq!(problem.breaker.as_deref(), Some("users"));
/// assert_eq!(problem.option.as_deref(), Some("jitter"));
/// assert_eq!(problem.message, "`jitter` is from 0.0 to 1.0, not 20");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// The name whose options are concerned, as it was spelled; `None` if it is the text as a whole.
    pub breaker: Option<String>,
    /// The option that is wrong, if it is one.
    pub option: Option<String>,
    /// What is wrong. It names the option.
    pub message: String,
}

impl SettingsError {
    /// Everything that is wrong.
    ///
    /// ```
    /// use breaker_runtime::{Config, settings::Settings};
    ///
    /// let settings = Settings::new()
    ///     .set("orders", Config::builder().min_calls(0))
    ///     .set("users", Config::builder().failure_threshold(0));
    /// assert_eq!(settings.install().unwrap_err().problems().len(), 2);
    /// ```
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// `settings`, if nothing is wrong with them.
    pub(crate) fn unless<T>(problems: Vec<Problem>, settings: T) -> Result<T, Self> {
        if problems.is_empty() { Ok(settings) } else { Err(Self { file: None, problems }) }
    }
}

impl Problem {
    pub(crate) fn new(breaker: &str, error: ConfigError) -> Self {
        Self { breaker: Some(breaker.to_owned()), option: Some(error.option().to_owned()), message: error.to_string() }
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, problem) in self.problems.iter().enumerate() {
            if place > 0 {
                writeln!(f)?;
            }
            if let Some(file) = &self.file {
                write!(f, "{}: ", Escaped(file))?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(breaker) = &self.breaker {
            write!(f, "breaker `{}`: ", Escaped(breaker))?;
        }
        f.write_str(&self.message)
    }
}

impl Error for SettingsError {}
