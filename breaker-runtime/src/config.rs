//! The settings of a breaker. What exists has been checked as a whole.

use std::time::Duration;

use crate::{Reason, accounting::Tally};

pub use self::{builder::ConfigBuilder, error::ConfigError, window::Window};

mod builder;
mod check;
mod error;
mod window;

/// The settings of a breaker. Every `Config` that exists is valid: [`ConfigBuilder::build`] checks it.
///
/// Each setting has the name of the attribute's option. What it does and what it may be stands at the builder's method
/// of that name.
///
/// ```
/// use std::time::Duration;
/// use breaker_runtime::Config;
///
/// let config = Config::builder().failure_threshold(3).recovery_timeout(Duration::from_secs(30)).build()?;
/// assert_eq!(config.failure_threshold(), Some(3));
/// assert_eq!(Config::default().failure_threshold(), Some(5));
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    failure_threshold: Option<u32>,
    failure_rate: Option<Share>,
    /// Kept only where a rate is judged or a window was asked for.
    window: Option<Window>,
    min_calls: u32,
    slow_call_duration: Option<Duration>,
    slow_call_rate: Share,
    recovery_timeout: Duration,
    backoff_multiplier: f64,
    max_recovery_timeout: Duration,
    jitter: f64,
    half_open_max_calls: u16,
    success_threshold: u16,
    probe_timeout: Duration,
    on_cancel: OnCancel,
    given: Given,
}

/// Which of the options were given whose default follows others. Settings are equal however they came about.
#[derive(Clone, Copy, Debug, Default)]
struct Given {
    failure_threshold: bool,
    min_calls: bool,
    max_recovery_timeout: bool,
    half_open_max_calls: bool,
    success_threshold: bool,
    probe_timeout: bool,
}

impl PartialEq for Given {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// What a call counts as that is dropped before its end: a future, or a [`Permit`](crate::Permit) that nobody settled.
///
/// ```
/// use breaker_runtime::{CircuitBreaker, Config, OnCancel};
///
/// let breaker = CircuitBreaker::new("users", Config::builder().on_cancel(OnCancel::Failure).build()?);
/// drop(breaker.try_acquire());
/// let seen = breaker.snapshot();
/// assert_eq!((seen.failures, seen.cancelled), (1, 0));
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OnCancel {
    /// Neutral: the caller lost interest, which says nothing about the dependency.
    #[default]
    Ignore,
    /// A failure, for callers that drop a call only because it takes too long.
    Failure,
}

/// A share in parts per million, so that a rate is judged in whole numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Share(u32);

impl Share {
    const MILLION: u32 = 1_000_000;
    const ALL: Self = Self(Self::MILLION);

    /// Whether `part` of `whole` is at least this share.
    pub(crate) fn is_reached(self, part: u64, whole: u64) -> bool {
        whole > 0 && u128::from(part) * u128::from(Self::MILLION) >= u128::from(self.0) * u128::from(whole)
    }

    /// A share that has been checked; one below a millionth is one millionth.
    fn of(share: f64) -> Self {
        Self(((share * f64::from(Self::MILLION)).round() as u32).max(1))
    }

    fn as_f64(self) -> f64 {
        f64::from(self.0) / f64::from(Self::MILLION)
    }
}

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
        self.failure_threshold
    }

    /// Share of failures in the window that opens the circuit, in whole parts per million; `None` if it is not judged.
    ///
    /// ```
    /// use breaker_runtime::Config;
    ///
    /// assert_eq!(Config::default().failure_rate(), None);
    /// let a_third = Config::builder().failure_rate(1.0 / 3.0).build()?;
    /// assert_eq!(a_third.failure_rate(), Some(0.333333));
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    #[must_use]
    pub fn failure_rate(&self) -> Option<f64> {
        self.failure_rate.map(Share::as_f64)
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
        self.window
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
        self.min_calls
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
        self.slow_call_duration
    }

    /// Share of slow calls in the window that opens the circuit, if `slow_call_duration` is set; in whole parts per
    /// million.
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
        self.slow_call_rate.as_f64()
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
        self.recovery_timeout
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
        self.backoff_multiplier
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
        self.max_recovery_timeout
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
        self.jitter
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
        self.half_open_max_calls.into()
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
        self.success_threshold.into()
    }

    /// How long probes may stay away, all permits out, before a fresh half-open episode starts.
    ///
    /// ```
    /// use std::time::Duration;
    /// use breaker_runtime::Config;
    ///
    /// let quick = Config::builder().recovery_timeout(Duration::from_secs(5)).build()?;
    /// assert_eq!(quick.probe_timeout(), Duration::from_secs(5));
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    #[must_use]
    pub fn probe_timeout(&self) -> Duration {
        self.probe_timeout
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
        self.on_cancel
    }

    /// The permits and the successes of a half-open episode.
    pub(crate) fn probes(&self) -> (u16, u16) {
        (self.half_open_max_calls, self.success_threshold)
    }

    /// The wait after this many openings without a recovery in between, in nanoseconds. `drawn` is from 0 to 1.
    pub(crate) fn wait(&self, openings: u32, drawn: f64) -> u64 {
        let first = self.recovery_timeout.as_nanos();
        let longest = self.max_recovery_timeout.as_nanos();
        let wait = if openings == 0 || self.backoff_multiplier == 1.0 {
            first
        } else {
            let exponent = i32::try_from(openings).unwrap_or(i32::MAX);
            // A float's conversion saturates, also from infinity.
            ((first as f64 * self.backoff_multiplier.powi(exponent)) as u128).min(longest)
        };
        let shortened = (wait as f64 * self.jitter * drawn) as u128;
        u64::try_from(wait.saturating_sub(shortened)).unwrap_or(u64::MAX)
    }

    /// The rate that these calls of the window bring to its limit.
    pub(crate) fn rate_over(&self, window: Tally) -> Option<Reason> {
        let Tally { calls, failures, slow } = window;
        if !self.is_judged(calls) {
            None
        } else if self.failure_rate.is_some_and(|rate| rate.is_reached(failures, calls)) {
            Some(Reason::FailureRate)
        } else if self.slow_call_duration.is_some() && self.slow_call_rate.is_reached(slow, calls) {
            Some(Reason::SlowCallRate)
        } else {
            None
        }
    }

    /// Whether the window holds enough calls for a rate.
    pub(crate) fn is_judged(&self, calls: u64) -> bool {
        calls >= u64::from(self.min_calls)
    }
}

impl Default for Config {
    fn default() -> Self {
        builder::defaults()
    }
}
