//! The values in force: what was given, else the default, which often follows another option.

use std::time::Duration;

use crate::config::{
    on_cancel::OnCancel,
    options::{Config, ConfigBuilder},
    window::Window,
};

const FAILURE_THRESHOLD: u32 = 5;
const WINDOW: Window = Window::Calls(100);
const MIN_CALLS: u32 = 10;
const SLOW_CALL_RATE: f64 = 1.0;
const RECOVERY_TIMEOUT: Duration = Duration::from_secs(60);
const BACKOFF_MULTIPLIER: f64 = 1.0;
const MAX_RECOVERY_FACTOR: u32 = 10;
const JITTER: f64 = 0.0;
const PROBES: u32 = 3;
const HALF_OPEN_GROWTH: u32 = 0;
const PROBE_TIMEOUT: Duration = Duration::from_secs(30);

impl Config {
    /// Starts from the defaults.
    ///
    /// ```
    /// use breaker_runtime::Config;
    ///
    /// assert_eq!(Config::builder().build()?, Config::default());
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    pub fn builder() -> ConfigBuilder {
        ConfigBuilder::default()
    }

    /// Starts from these settings. What was left to its default still follows the others: with another
    /// `recovery_timeout`, say, comes another `max_recovery_timeout`.
    ///
    /// ```
    /// use std::time::Duration;
    /// use breaker_runtime::Config;
    ///
    /// let patient = Config::default().to_builder().recovery_timeout(Duration::from_secs(300)).build()?;
    /// assert_eq!(patient.max_recovery_timeout(), Duration::from_secs(3000));
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    pub fn to_builder(&self) -> ConfigBuilder {
        self.clone().into()
    }

    /// Consecutive failures that open the circuit; `None` if only rates do.
    ///
    /// ```
    /// use breaker_runtime::Config;
    ///
    /// assert_eq!(Config::default().failure_threshold(), Some(5));
    /// let by_rate = Config::builder().failure_rate(0.5).build()?;
    /// assert_eq!(by_rate.failure_threshold(), None);
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    #[must_use]
    pub fn failure_threshold(&self) -> Option<u32> {
        match (self.given.failure_threshold, self.given.failure_rate) {
            (None, None) => Some(FAILURE_THRESHOLD),
            (given, _) => given,
        }
    }

    /// Share of failures in the window that opens the circuit; `None` if it is not judged.
    ///
    /// ```
    /// use breaker_runtime::Config;
    ///
    /// assert_eq!(Config::default().failure_rate(), None);
    /// let a_third = Config::builder().failure_rate(1.0 / 3.0).build()?;
    /// assert_eq!(a_third.failure_rate(), Some(1.0 / 3.0));
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    #[must_use]
    pub fn failure_rate(&self) -> Option<f64> {
        self.given.failure_rate
    }

    /// The sliding window; `None` if nothing needs one and none was asked for.
    ///
    /// ```
    /// use breaker_runtime::{Config, Window};
    ///
    /// assert_eq!(Config::default().window(), None);
    /// let by_rate = Config::builder().failure_rate(0.5).build()?;
    /// assert_eq!(by_rate.window(), Some(Window::Calls(100)));
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    #[must_use]
    pub fn window(&self) -> Option<Window> {
        let is_judged = self.given.failure_rate.is_some() || self.given.slow_call_duration.is_some();
        self.given.window.or(is_judged.then_some(WINDOW))
    }

    /// Calls in the window before a rate is judged.
    ///
    /// ```
    /// use breaker_runtime::Config;
    ///
    /// assert_eq!(Config::default().min_calls(), 10);
    /// assert_eq!(Config::builder().window(4).build()?.min_calls(), 4);
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    #[must_use]
    pub fn min_calls(&self) -> u32 {
        self.given.min_calls.unwrap_or_else(|| match self.window_or_default() {
            Window::Calls(calls) => MIN_CALLS.min(calls),
            Window::Time(_) => MIN_CALLS,
        })
    }

    /// A call that takes longer than this is slow; `None` if calls are not timed.
    ///
    /// ```
    /// use std::time::Duration;
    /// use breaker_runtime::Config;
    ///
    /// assert_eq!(Config::default().slow_call_duration(), None);
    /// let timed = Config::builder().slow_call_duration(Duration::from_millis(250)).build()?;
    /// assert_eq!(timed.slow_call_duration(), Some(Duration::from_millis(250)));
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    #[must_use]
    pub fn slow_call_duration(&self) -> Option<Duration> {
        self.given.slow_call_duration
    }

    /// Share of slow calls in the window that opens the circuit, if `slow_call_duration` is set.
    ///
    /// ```
    /// use std::time::Duration;
    /// use breaker_runtime::Config;
    ///
    /// assert_eq!(Config::default().slow_call_rate(), 1.0);
    /// let timed = Config::builder().slow_call_duration(Duration::from_secs(2)).slow_call_rate(0.8).build()?;
    /// assert_eq!(timed.slow_call_rate(), 0.8);
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    #[must_use]
    pub fn slow_call_rate(&self) -> f64 {
        self.given.slow_call_rate.unwrap_or(SLOW_CALL_RATE)
    }

    /// How long the circuit stays open before it admits probes, the first time.
    ///
    /// ```
    /// use std::time::Duration;
    /// use breaker_runtime::Config;
    ///
    /// assert_eq!(Config::default().recovery_timeout(), Duration::from_secs(60));
    /// ```
    #[must_use]
    pub fn recovery_timeout(&self) -> Duration {
        self.given.recovery_timeout.unwrap_or(RECOVERY_TIMEOUT)
    }

    /// What each further opening without a recovery multiplies the wait by.
    ///
    /// ```
    /// use breaker_runtime::Config;
    ///
    /// assert_eq!(Config::default().backoff_multiplier(), 1.0);
    /// assert_eq!(Config::builder().backoff_multiplier(2.0).build()?.backoff_multiplier(), 2.0);
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    #[must_use]
    pub fn backoff_multiplier(&self) -> f64 {
        self.given.backoff_multiplier.unwrap_or(BACKOFF_MULTIPLIER)
    }

    /// The longest wait.
    ///
    /// ```
    /// use std::time::Duration;
    /// use breaker_runtime::Config;
    ///
    /// assert_eq!(Config::default().max_recovery_timeout(), Duration::from_secs(600));
    /// let quick = Config::builder().recovery_timeout(Duration::from_secs(5)).build()?;
    /// assert_eq!(quick.max_recovery_timeout(), Duration::from_secs(50));
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    #[must_use]
    pub fn max_recovery_timeout(&self) -> Duration {
        let longest = || self.recovery_timeout().saturating_mul(MAX_RECOVERY_FACTOR);
        self.given.max_recovery_timeout.unwrap_or_else(longest)
    }

    /// The share by which a wait is shortened at most.
    ///
    /// ```
    /// use breaker_runtime::Config;
    ///
    /// assert_eq!(Config::default().jitter(), 0.0);
    /// assert_eq!(Config::builder().jitter(0.2).build()?.jitter(), 0.2);
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    #[must_use]
    pub fn jitter(&self) -> f64 {
        self.given.jitter.unwrap_or(JITTER)
    }

    /// Calls admitted per half-open episode.
    ///
    /// ```
    /// use breaker_runtime::Config;
    ///
    /// assert_eq!(Config::default().half_open_max_calls(), 3);
    /// assert_eq!(Config::builder().success_threshold(5).build()?.half_open_max_calls(), 5);
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    #[must_use]
    pub fn half_open_max_calls(&self) -> u32 {
        // With growth the permits need not suffice for all the successes.
        let at_least = if self.half_open_growth() > 0 { None } else { self.given.success_threshold };
        self.given.half_open_max_calls.unwrap_or(at_least.unwrap_or(PROBES).max(PROBES))
    }

    /// How many more calls each probe that succeeds admits to a half-open episode.
    ///
    /// ```
    /// use breaker_runtime::Config;
    ///
    /// assert_eq!(Config::default().half_open_growth(), 0);
    /// assert_eq!(Config::builder().half_open_growth(1).build()?.half_open_growth(), 1);
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    #[must_use]
    pub fn half_open_growth(&self) -> u32 {
        self.given.half_open_growth.unwrap_or(HALF_OPEN_GROWTH)
    }

    /// Successes that close a half-open circuit.
    ///
    /// ```
    /// use breaker_runtime::Config;
    ///
    /// assert_eq!(Config::default().success_threshold(), 3);
    /// assert_eq!(Config::builder().half_open_max_calls(1).build()?.success_threshold(), 1);
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    #[must_use]
    pub fn success_threshold(&self) -> u32 {
        let permits = self.given.half_open_max_calls.unwrap_or(PROBES);
        self.given.success_threshold.unwrap_or(permits.min(PROBES))
    }

    /// How long the probes of a half-open episode may bring no answer before it has failed.
    ///
    /// ```
    /// use std::time::Duration;
    /// use breaker_runtime::Config;
    ///
    /// let quick = Config::builder().recovery_timeout(Duration::from_secs(5)).build()?;
    /// assert_eq!(quick.probe_timeout(), Duration::from_secs(30));
    /// let timed = quick.to_builder().slow_call_duration(Duration::from_secs(2)).build()?;
    /// assert_eq!(timed.probe_timeout(), Duration::from_secs(2));
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    #[must_use]
    pub fn probe_timeout(&self) -> Duration {
        // A probe that is slow has failed. Without that limit it has as long as a call is likely to take, or the wait.
        let longest = || self.slow_call_duration().unwrap_or_else(|| self.recovery_timeout().max(PROBE_TIMEOUT));
        self.given.probe_timeout.unwrap_or_else(longest)
    }

    /// What a call counts as that is dropped before its end.
    ///
    /// ```
    /// use breaker_runtime::{Config, OnCancel};
    ///
    /// assert_eq!(Config::default().on_cancel(), OnCancel::Ignore);
    /// ```
    #[must_use]
    pub fn on_cancel(&self) -> OnCancel {
        self.given.on_cancel.unwrap_or_default()
    }

    /// The window that there is once something needs one.
    pub(super) fn window_or_default(&self) -> Window {
        self.given.window.unwrap_or(WINDOW)
    }

    /// The permits and the successes of a half-open episode. Both have been checked to fit.
    pub(crate) fn probes(&self) -> (u16, u16) {
        let fit = |calls| u16::try_from(calls).unwrap_or(u16::MAX);
        (fit(self.half_open_max_calls()), fit(self.success_threshold()))
    }
}
