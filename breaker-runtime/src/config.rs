//! The settings of a breaker, checked as a whole before one is built.

use std::{error::Error, fmt, time::Duration};

/// The settings of a breaker. Every `Config` that exists is valid: [`ConfigBuilder::build`] checks it.
///
/// ```
/// use std::time::Duration;
/// use breaker_runtime::Config;
///
/// let config = Config::builder().failure_threshold(3).recovery_timeout(Duration::from_secs(30)).build()?;
/// assert_eq!(config.failure_threshold(), 3);
/// assert_eq!(Config::default().failure_threshold(), 5);
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    failure_threshold: u32,
    recovery_timeout: Duration,
    half_open_max_calls: u16,
    success_threshold: u16,
    probe_timeout: Duration,
}

impl Config {
    /// Starts from the defaults.
    pub fn builder() -> ConfigBuilder {
        ConfigBuilder::default()
    }

    /// Consecutive failures that open the circuit.
    #[must_use]
    pub fn failure_threshold(&self) -> u32 {
        self.failure_threshold
    }

    /// How long the circuit stays open before it admits probes.
    #[must_use]
    pub fn recovery_timeout(&self) -> Duration {
        self.recovery_timeout
    }

    /// Calls admitted per half-open episode.
    #[must_use]
    pub fn half_open_max_calls(&self) -> u32 {
        self.half_open_max_calls.into()
    }

    /// Successes that close a half-open circuit.
    #[must_use]
    pub fn success_threshold(&self) -> u32 {
        self.success_threshold.into()
    }

    /// How long probes may stay away, all permits out, before a fresh half-open episode starts.
    #[must_use]
    pub fn probe_timeout(&self) -> Duration {
        self.probe_timeout
    }

    pub(crate) fn permits(&self) -> u16 {
        self.half_open_max_calls
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            failure_threshold: DEFAULT_FAILURE_THRESHOLD,
            recovery_timeout: DEFAULT_RECOVERY_TIMEOUT,
            half_open_max_calls: DEFAULT_PROBES,
            success_threshold: DEFAULT_PROBES,
            probe_timeout: DEFAULT_RECOVERY_TIMEOUT,
        }
    }
}

const DEFAULT_FAILURE_THRESHOLD: u32 = 5;
const DEFAULT_RECOVERY_TIMEOUT: Duration = Duration::from_secs(60);
const DEFAULT_PROBES: u16 = 3;

/// Collects settings; [`build`](Self::build) checks them.
///
/// ```
/// use breaker_runtime::Config;
///
/// let error = Config::builder().success_threshold(3).half_open_max_calls(2).build().unwrap_err();
/// assert_eq!(error.to_string(), "`success_threshold` is 3, but `half_open_max_calls` admits only 2");
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "call `build`"]
pub struct ConfigBuilder {
    failure_threshold: Option<u32>,
    recovery_timeout: Option<Duration>,
    half_open_max_calls: Option<u32>,
    success_threshold: Option<u32>,
    probe_timeout: Option<Duration>,
}

impl ConfigBuilder {
    /// Consecutive failures that open the circuit: at least 1; 5 by default.
    pub fn failure_threshold(mut self, failures: u32) -> Self {
        self.failure_threshold = Some(failures);
        self
    }

    /// How long the circuit stays open before it admits probes: longer than zero; 60 s by default.
    /// `Duration::MAX` means for ever.
    pub fn recovery_timeout(mut self, wait: Duration) -> Self {
        self.recovery_timeout = Some(wait);
        self
    }

    /// Calls admitted per half-open episode: 1 to 65535; 3 by default, or `success_threshold` if that is more.
    pub fn half_open_max_calls(mut self, calls: u32) -> Self {
        self.half_open_max_calls = Some(calls);
        self
    }

    /// Successes that close a half-open circuit: 1 to `half_open_max_calls`; 3 by default, or `half_open_max_calls` if
    /// that is less.
    pub fn success_threshold(mut self, successes: u32) -> Self {
        self.success_threshold = Some(successes);
        self
    }

    /// When all half-open permits are out and no probe was admitted for this long, a fresh episode starts, so that a
    /// probe that never ends cannot keep the circuit from recovering. Longer than zero; `recovery_timeout` by default.
    pub fn probe_timeout(mut self, wait: Duration) -> Self {
        self.probe_timeout = Some(wait);
        self
    }

    /// Checks every setting and their relations.
    ///
    /// # Errors
    /// A [`ConfigError`] that names the option and says what it may be.
    pub fn build(self) -> Result<Config, ConfigError> {
        let failure_threshold = self.failure_threshold.unwrap_or(DEFAULT_FAILURE_THRESHOLD);
        if failure_threshold == 0 {
            return Err(ConfigError::new("failure_threshold", "is at least 1"));
        }
        let recovery_timeout =
            longer_than_zero("recovery_timeout", self.recovery_timeout.unwrap_or(DEFAULT_RECOVERY_TIMEOUT))?;
        let probe_timeout = longer_than_zero("probe_timeout", self.probe_timeout.unwrap_or(recovery_timeout))?;

        let permits = self.half_open_max_calls.map(|n| probes("half_open_max_calls", n)).transpose()?;
        let successes = self.success_threshold.map(|n| probes("success_threshold", n)).transpose()?;
        let (half_open_max_calls, success_threshold) = match (permits, successes) {
            (Some(permits), Some(successes)) if successes > permits => {
                return Err(ConfigError::new(
                    "success_threshold",
                    format!("is {successes}, but `half_open_max_calls` admits only {permits}"),
                ));
            }
            (Some(permits), Some(successes)) => (permits, successes),
            (Some(permits), None) => (permits, DEFAULT_PROBES.min(permits)),
            (None, Some(successes)) => (DEFAULT_PROBES.max(successes), successes),
            (None, None) => (DEFAULT_PROBES, DEFAULT_PROBES),
        };
        Ok(Config { failure_threshold, recovery_timeout, half_open_max_calls, success_threshold, probe_timeout })
    }
}

fn longer_than_zero(option: &'static str, wait: Duration) -> Result<Duration, ConfigError> {
    if wait.is_zero() { Err(ConfigError::new(option, "is longer than zero")) } else { Ok(wait) }
}

fn probes(option: &'static str, calls: u32) -> Result<u16, ConfigError> {
    match u16::try_from(calls) {
        Ok(calls) if calls > 0 => Ok(calls),
        _ => Err(ConfigError::new(option, format!("is from 1 to {}, not {calls}", u16::MAX))),
    }
}

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
    fn new(option: &'static str, rule: impl Into<String>) -> Self {
        Self { option, rule: rule.into() }
    }

    /// The option that is wrong.
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
