//! From settings as they are given to settings that hold together.

use std::{error::Error, fmt, time::Duration};

use super::{Config, OnCancel, Share, Window};

const FAILURE_THRESHOLD: u32 = 5;
const WINDOW: Window = Window::Calls(100);
const MIN_CALLS: u32 = 10;
const RECOVERY_TIMEOUT: Duration = Duration::from_secs(60);
const MAX_RECOVERY_FACTOR: u32 = 10;
const PROBES: u16 = 3;
/// A quarter of a byte for each call.
const LARGEST_WINDOW: u32 = 10_000_000;
const SHORTEST_WINDOW: Duration = Duration::from_micros(1);

pub(super) fn defaults() -> Config {
    Config {
        failure_threshold: Some(FAILURE_THRESHOLD),
        failure_rate: None,
        window: None,
        min_calls: MIN_CALLS,
        slow_call_duration: None,
        slow_call_rate: Share::ALL,
        recovery_timeout: RECOVERY_TIMEOUT,
        backoff_multiplier: 1.0,
        max_recovery_timeout: RECOVERY_TIMEOUT.saturating_mul(MAX_RECOVERY_FACTOR),
        jitter: 0.0,
        half_open_max_calls: PROBES,
        success_threshold: PROBES,
        probe_timeout: RECOVERY_TIMEOUT,
        on_cancel: OnCancel::Ignore,
    }
}

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
    failure_rate: Option<f64>,
    window: Option<Window>,
    min_calls: Option<u32>,
    slow_call_duration: Option<Duration>,
    slow_call_rate: Option<f64>,
    recovery_timeout: Option<Duration>,
    backoff_multiplier: Option<f64>,
    max_recovery_timeout: Option<Duration>,
    jitter: Option<f64>,
    half_open_max_calls: Option<u32>,
    success_threshold: Option<u32>,
    probe_timeout: Option<Duration>,
    on_cancel: OnCancel,
}

impl ConfigBuilder {
    /// Consecutive failures that open the circuit: at least 1; 5 by default, or off if a `failure_rate` is given alone.
    pub fn failure_threshold(mut self, failures: u32) -> Self {
        self.failure_threshold = Some(failures);
        self
    }

    /// Share of failures in the window that opens the circuit: over 0.0, at most 1.0; off by default. With a
    /// `failure_threshold` beside it, whichever is reached first opens.
    pub fn failure_rate(mut self, share: f64) -> Self {
        self.failure_rate = Some(share);
        self
    }

    /// How far the rates look back: a number of calls or a [`Duration`]; the last 100 calls by default.
    pub fn window(mut self, window: impl Into<Window>) -> Self {
        self.window = Some(window.into());
        self
    }

    /// Calls in the window before a rate is judged: at least 1; 10 by default, or the window's calls if they are fewer.
    pub fn min_calls(mut self, calls: u32) -> Self {
        self.min_calls = Some(calls);
        self
    }

    /// A call that takes longer than this is slow: longer than zero; off by default.
    pub fn slow_call_duration(mut self, duration: Duration) -> Self {
        self.slow_call_duration = Some(duration);
        self
    }

    /// Share of slow calls in the window that opens the circuit: over 0.0, at most 1.0, which is the default. Needs a
    /// `slow_call_duration`.
    pub fn slow_call_rate(mut self, share: f64) -> Self {
        self.slow_call_rate = Some(share);
        self
    }

    /// How long the circuit stays open before it admits probes: longer than zero; 60 s by default.
    /// `Duration::MAX` means for ever.
    pub fn recovery_timeout(mut self, wait: Duration) -> Self {
        self.recovery_timeout = Some(wait);
        self
    }

    /// Each further opening without a recovery multiplies the wait by this: at least 1.0, which is the default.
    pub fn backoff_multiplier(mut self, factor: f64) -> Self {
        self.backoff_multiplier = Some(factor);
        self
    }

    /// The longest wait: at least `recovery_timeout`; ten times that by default.
    pub fn max_recovery_timeout(mut self, wait: Duration) -> Self {
        self.max_recovery_timeout = Some(wait);
        self
    }

    /// Each wait is shortened by up to this share, drawn once per opening, so that many clients do not come back at
    /// once: 0.0 to 1.0; 0.0 by default.
    pub fn jitter(mut self, share: f64) -> Self {
        self.jitter = Some(share);
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

    /// What a call counts as that is dropped before its end: nothing by default.
    pub fn on_cancel(mut self, counts_as: OnCancel) -> Self {
        self.on_cancel = counts_as;
        self
    }

    /// Checks every setting and their relations.
    ///
    /// # Errors
    /// A [`ConfigError`] that names the option and says what it may be.
    pub fn build(self) -> Result<Config, ConfigError> {
        let default = defaults();
        let failure_rate = self.failure_rate.map(|rate| share("failure_rate", rate)).transpose()?;
        let failure_threshold = match (self.failure_threshold, failure_rate) {
            (Some(0), _) => return Err(ConfigError::new("failure_threshold", "is at least 1")),
            (Some(failures), _) => Some(failures),
            (None, Some(_)) => None,
            (None, None) => default.failure_threshold,
        };
        let slow_call_duration =
            self.slow_call_duration.map(|wait| longer_than_zero("slow_call_duration", wait)).transpose()?;
        let slow_call_rate = self.slow_call_rate.map(|rate| share("slow_call_rate", rate)).transpose()?;
        if slow_call_rate.is_some() && slow_call_duration.is_none() {
            return Err(ConfigError::new("slow_call_rate", "needs a `slow_call_duration`"));
        }
        let (window, min_calls) = self.checked_window()?;
        let is_kept = failure_rate.is_some() || slow_call_duration.is_some() || self.window.is_some();
        let (recovery_timeout, max_recovery_timeout) = self.checked_waits()?;
        let (half_open_max_calls, success_threshold) = self.checked_probes()?;
        Ok(Config {
            failure_threshold,
            failure_rate,
            window: is_kept.then_some(window),
            min_calls,
            slow_call_duration,
            slow_call_rate: slow_call_rate.unwrap_or(default.slow_call_rate),
            recovery_timeout,
            backoff_multiplier: within("backoff_multiplier", self.backoff_multiplier, 1.0, f64::MAX, 1.0)?,
            max_recovery_timeout,
            jitter: within("jitter", self.jitter, 0.0, 1.0, 0.0)?,
            half_open_max_calls,
            success_threshold,
            probe_timeout: longer_than_zero("probe_timeout", self.probe_timeout.unwrap_or(recovery_timeout))?,
            on_cancel: self.on_cancel,
        })
    }

    fn checked_window(&self) -> Result<(Window, u32), ConfigError> {
        let window = self.window.unwrap_or(WINDOW);
        let most = match window {
            Window::Calls(calls) if !(1..=LARGEST_WINDOW).contains(&calls) => {
                return Err(ConfigError::new("window", format!("holds from 1 to {LARGEST_WINDOW} calls, not {calls}")));
            }
            Window::Time(time) if time < SHORTEST_WINDOW => {
                return Err(ConfigError::new("window", "is at least a microsecond long"));
            }
            Window::Calls(calls) => calls,
            Window::Time(_) => u32::MAX,
        };
        match self.min_calls {
            None => Ok((window, MIN_CALLS.min(most))),
            Some(0) => Err(ConfigError::new("min_calls", "is at least 1")),
            Some(calls) if calls > most => {
                Err(ConfigError::new("min_calls", format!("is {calls}, but `window` holds only {most} calls")))
            }
            Some(calls) => Ok((window, calls)),
        }
    }

    fn checked_waits(&self) -> Result<(Duration, Duration), ConfigError> {
        let first = longer_than_zero("recovery_timeout", self.recovery_timeout.unwrap_or(RECOVERY_TIMEOUT))?;
        let longest = self.max_recovery_timeout.unwrap_or(first.saturating_mul(MAX_RECOVERY_FACTOR));
        if longest < first {
            let rule = format!("is {longest:?}, but `recovery_timeout` is {first:?} already");
            return Err(ConfigError::new("max_recovery_timeout", rule));
        }
        Ok((first, longest))
    }

    fn checked_probes(&self) -> Result<(u16, u16), ConfigError> {
        let permits = self.half_open_max_calls.map(|n| probes("half_open_max_calls", n)).transpose()?;
        let successes = self.success_threshold.map(|n| probes("success_threshold", n)).transpose()?;
        match (permits, successes) {
            (Some(permits), Some(successes)) if successes > permits => {
                let rule = format!("is {successes}, but `half_open_max_calls` admits only {permits}");
                Err(ConfigError::new("success_threshold", rule))
            }
            (Some(permits), Some(successes)) => Ok((permits, successes)),
            (Some(permits), None) => Ok((permits, PROBES.min(permits))),
            (None, Some(successes)) => Ok((PROBES.max(successes), successes)),
            (None, None) => Ok((PROBES, PROBES)),
        }
    }
}

fn longer_than_zero(option: &'static str, wait: Duration) -> Result<Duration, ConfigError> {
    if wait.is_zero() { Err(ConfigError::new(option, "is longer than zero")) } else { Ok(wait) }
}

fn share(option: &'static str, share: f64) -> Result<Share, ConfigError> {
    if share > 0.0 && share <= 1.0 {
        // In range, so the conversion is exact; a share below a millionth is one millionth.
        Ok(Share(((share * f64::from(Share::MILLION)).round() as u32).max(1)))
    } else {
        Err(ConfigError::new(option, format!("is over 0.0 and at most 1.0, not {share}")))
    }
}

fn within(option: &'static str, value: Option<f64>, least: f64, most: f64, default: f64) -> Result<f64, ConfigError> {
    let value = value.unwrap_or(default);
    if value >= least && value <= most {
        return Ok(value);
    }
    let rule = if most == f64::MAX {
        format!("is at least {least:?}, not {value}")
    } else {
        format!("is from {least:?} to {most:?}, not {value}")
    };
    Err(ConfigError::new(option, rule))
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
