//! The methods of the builder, one for each option.

use std::time::Duration;

use crate::config::{
    error::ConfigError,
    on_cancel::OnCancel,
    options::{Config, ConfigBuilder},
    window::Window,
};

impl ConfigBuilder {
    /// Consecutive failures that open the circuit: at least 1; 5 by default, or off if a `failure_rate` is given alone.
    /// A success begins the count anew.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreaker, Config, State};
    ///
    /// let breaker = CircuitBreaker::new("users", Config::builder().failure_threshold(2).build()?);
    /// for up in [false, true, false] {
    ///     let _ = breaker.call(|| if up { Ok(()) } else { Err("down") });
    /// }
    /// assert_eq!(breaker.state(), State::Closed); // never two in a row
    /// let _ = breaker.call(|| Err::<(), _>("down"));
    /// assert_eq!(breaker.state(), State::Open);
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    pub fn failure_threshold(mut self, failures: u32) -> Self {
        self.failure_threshold = Some(failures);
        self
    }

    /// Share of failures in the window that opens the circuit: over 0.0, at most 1.0; off by default. With a
    /// `failure_threshold` beside it, whichever is reached first opens. It is judged when a call fails or is slow, once
    /// the window holds `min_calls`.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreaker, Config, State};
    ///
    /// let config = Config::builder().failure_rate(0.5).min_calls(4).build()?;
    /// let breaker = CircuitBreaker::new("users", config);
    /// for up in [true, false, true, false] {
    ///     let _ = breaker.call(|| if up { Ok(()) } else { Err("down") });
    /// }
    /// assert_eq!(breaker.state(), State::Open); // 2 of 4
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    pub fn failure_rate(mut self, share: f64) -> Self {
        self.failure_rate = Some(share);
        self
    }

    /// How far the rates look back: a number of calls, from 1 to 10,000,000, or a [`Duration`] of a microsecond or
    /// more; the last 100 calls by default. See [`Window`].
    ///
    /// ```
    /// use std::time::Duration;
    /// use breaker_runtime::{Config, Window};
    ///
    /// let by_calls = Config::builder().failure_rate(0.5).window(20).build()?;
    /// assert_eq!(by_calls.window(), Some(Window::Calls(20)));
    /// let by_time = Config::builder().failure_rate(0.5).window(Duration::from_secs(10)).build()?;
    /// assert_eq!(by_time.window(), Some(Window::Time(Duration::from_secs(10))));
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    pub fn window(mut self, window: impl Into<Window>) -> Self {
        self.window = Some(window.into());
        self
    }

    /// Calls in the window before a rate is judged: at least 1, at most as many as the window holds; 10 by default, or
    /// the window's calls if they are fewer.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreaker, Config, State};
    ///
    /// let config = Config::builder().failure_rate(0.5).min_calls(20).build()?;
    /// let breaker = CircuitBreaker::new("users", config);
    /// for _ in 0..19 {
    ///     let _ = breaker.call(|| Err::<(), _>("down"));
    /// }
    /// assert_eq!(breaker.state(), State::Closed);
    /// assert_eq!(breaker.snapshot().failure_rate, None); // not yet
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    pub fn min_calls(mut self, calls: u32) -> Self {
        self.min_calls = Some(calls);
        self
    }

    /// A call that takes longer than this is slow: longer than zero; off by default. Calls are timed from their
    /// admission, by the breaker's clock. A slow call may be a success or a failure all the same; one that is ignored
    /// is never slow.
    ///
    /// On Linux and Android, a limit of a second or more is told with a resolution of 40 ms, which costs half as much as a
    /// precise one: what counts as slow surely was, and a call that took up to 40 ms longer than the limit may not count. With a
    /// shorter limit, and on a clock of your own, it is exact.
    ///
    /// ```
    /// use std::time::Duration;
    /// use breaker_runtime::{CircuitBreaker, Config, testing::ManualClock};
    ///
    /// let clock = ManualClock::new();
    /// let config = Config::builder().slow_call_duration(Duration::from_secs(2)).build()?;
    /// let breaker = CircuitBreaker::with_clock("users", config, clock.clone());
    /// let _ = breaker.call(|| {
    ///     clock.advance(Duration::from_secs(3));
    ///     Ok::<_, ()>("at last")
    /// });
    /// let seen = breaker.snapshot();
    /// assert_eq!((seen.successes, seen.slow), (1, 1));
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    pub fn slow_call_duration(mut self, duration: Duration) -> Self {
        self.slow_call_duration = Some(duration);
        self
    }

    /// Share of slow calls in the window that opens the circuit: over 0.0, at most 1.0, which is the default. Needs a
    /// `slow_call_duration`. It is judged when a call is slow or fails, once the window holds `min_calls`.
    ///
    /// ```
    /// use std::time::Duration;
    /// use breaker_runtime::{CircuitBreaker, Config, State, testing::ManualClock};
    ///
    /// let clock = ManualClock::new();
    /// let slow = Duration::from_secs(2);
    /// let config = Config::builder().slow_call_duration(slow).slow_call_rate(0.5).min_calls(2).build()?;
    /// let breaker = CircuitBreaker::with_clock("users", config, clock.clone());
    /// for seconds in [0, 3] {
    ///     let _ = breaker.call(|| Ok::<_, ()>(clock.advance(Duration::from_secs(seconds))));
    /// }
    /// assert_eq!(breaker.state(), State::Open); // 1 of 2
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    pub fn slow_call_rate(mut self, share: f64) -> Self {
        self.slow_call_rate = Some(share);
        self
    }

    /// How long the circuit stays open before it admits probes: longer than zero; 60 s by default. `Duration::MAX`
    /// means for ever.
    ///
    /// ```
    /// use std::time::Duration;
    /// use breaker_runtime::{CircuitBreaker, Config, testing::ManualClock};
    ///
    /// let config = Config::builder().recovery_timeout(Duration::from_secs(5)).build()?;
    /// let breaker = CircuitBreaker::with_clock("users", config, ManualClock::new());
    /// breaker.trip();
    /// assert_eq!(breaker.try_acquire().unwrap_err().retry_after, Some(Duration::from_secs(5)));
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    pub fn recovery_timeout(mut self, wait: Duration) -> Self {
        self.recovery_timeout = Some(wait);
        self
    }

    /// Each further opening without a recovery multiplies the wait by this: at least 1.0, which is the default. Closing
    /// begins anew.
    ///
    /// ```
    /// use std::time::Duration;
    /// use breaker_runtime::{CircuitBreaker, Config, testing::ManualClock};
    ///
    /// let clock = ManualClock::new();
    /// let config = Config::builder().backoff_multiplier(2.0).build()?;
    /// let breaker = CircuitBreaker::with_clock("users", config, clock.clone());
    /// for wait in [60, 120, 240].map(Duration::from_secs) {
    ///     breaker.trip();
    ///     assert_eq!(breaker.snapshot().retry_after, Some(wait));
    ///     clock.advance(wait);
    /// }
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    pub fn backoff_multiplier(mut self, factor: f64) -> Self {
        self.backoff_multiplier = Some(factor);
        self
    }

    /// The longest wait that the back-off leads to: at least `recovery_timeout`; ten times that by default.
    ///
    /// ```
    /// use std::time::Duration;
    /// use breaker_runtime::{CircuitBreaker, Config, testing::ManualClock};
    ///
    /// let clock = ManualClock::new();
    /// let config = Config::builder().backoff_multiplier(2.0).max_recovery_timeout(Duration::from_secs(90)).build()?;
    /// let breaker = CircuitBreaker::with_clock("users", config, clock.clone());
    /// for wait in [60, 90, 90].map(Duration::from_secs) {
    ///     breaker.trip();
    ///     assert_eq!(breaker.snapshot().retry_after, Some(wait));
    ///     clock.advance(wait);
    /// }
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    pub fn max_recovery_timeout(mut self, wait: Duration) -> Self {
        self.max_recovery_timeout = Some(wait);
        self
    }

    /// Each wait is shortened by up to this share, drawn once per opening, so that many clients do not come back at
    /// once: 0.0 to 1.0; 0.0 by default.
    ///
    /// ```
    /// use std::time::Duration;
    /// use breaker_runtime::{CircuitBreaker, Config, testing::ManualClock};
    ///
    /// let breaker = CircuitBreaker::with_clock("users", Config::builder().jitter(0.2).build()?, ManualClock::new());
    /// breaker.trip();
    /// let wait = breaker.snapshot().retry_after.unwrap();
    /// assert!((Duration::from_secs(48)..=Duration::from_secs(60)).contains(&wait));
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    pub fn jitter(mut self, share: f64) -> Self {
        self.jitter = Some(share);
        self
    }

    /// Calls admitted per half-open episode: 1 to 65535; 3 by default, or `success_threshold` if that is more and there is
    /// no `half_open_growth`.
    ///
    /// ```
    /// use std::time::Duration;
    /// use breaker_runtime::{CircuitBreaker, Config, State, testing::ManualClock};
    ///
    /// let clock = ManualClock::new();
    /// let config = Config::builder().half_open_max_calls(1).build()?;
    /// let breaker = CircuitBreaker::with_clock("users", config, clock.clone());
    /// breaker.trip();
    /// clock.advance(Duration::from_secs(60));
    /// let probe = breaker.try_acquire()?;
    /// assert_eq!(breaker.try_acquire().unwrap_err().state, State::HalfOpen);
    /// # drop(probe);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn half_open_max_calls(mut self, calls: u32) -> Self {
        self.half_open_max_calls = Some(calls);
        self
    }

    /// Each probe that succeeds admits this many more calls to the half-open episode: 0 to 65535; 0 by default. 1 keeps the
    /// number of calls in flight, 2 doubles it with each round (3, 6, 12 …), so that a dependency that comes back gets its
    /// load step by step. `success_threshold` may then be larger than `half_open_max_calls`, which stays 3 unless it is
    /// given.
    ///
    /// ```
    /// use breaker_runtime::Config;
    ///
    /// let config = Config::builder().half_open_growth(2).success_threshold(20).build()?;
    /// assert_eq!((config.half_open_max_calls(), config.success_threshold()), (3, 20));
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    pub fn half_open_growth(mut self, calls: u32) -> Self {
        self.half_open_growth = Some(calls);
        self
    }

    /// Successes that close a half-open circuit: 1 to `half_open_max_calls`, or to 65535 with a `half_open_growth`; 3 by
    /// default, or `half_open_max_calls` if that is less.
    ///
    /// ```
    /// use std::time::Duration;
    /// use breaker_runtime::{CircuitBreaker, Config, State, testing::ManualClock};
    ///
    /// let clock = ManualClock::new();
    /// let config = Config::builder().success_threshold(2).build()?;
    /// let breaker = CircuitBreaker::with_clock("users", config, clock.clone());
    /// breaker.trip();
    /// clock.advance(Duration::from_secs(60));
    /// breaker.try_acquire()?.success();
    /// assert_eq!(breaker.state(), State::HalfOpen);
    /// breaker.try_acquire()?.success();
    /// assert_eq!(breaker.state(), State::Closed);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn success_threshold(mut self, successes: u32) -> Self {
        self.success_threshold = Some(successes);
        self
    }

    /// A half-open episode whose probes brought no answer for this long has failed: the circuit is open again, and the
    /// back-off counts it. Longer than zero; by default `slow_call_duration` if that is given, else 30 s or
    /// `recovery_timeout`, whichever is longer.
    ///
    /// ```
    /// use std::time::Duration;
    /// use breaker_runtime::Config;
    ///
    /// assert_eq!(Config::default().probe_timeout(), Duration::from_secs(60)); // `recovery_timeout`
    /// let patient = Config::builder().probe_timeout(Duration::from_secs(90)).build()?;
    /// assert_eq!(patient.probe_timeout(), Duration::from_secs(90));
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    pub fn probe_timeout(mut self, wait: Duration) -> Self {
        self.probe_timeout = Some(wait);
        self
    }

    /// What a call counts as that is dropped before its end: nothing by default. One that took longer than
    /// `slow_call_duration` by then is slow in either case.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreaker, Config, OnCancel, State};
    ///
    /// let config = Config::builder().failure_threshold(1).on_cancel(OnCancel::Failure).build()?;
    /// let breaker = CircuitBreaker::new("users", config);
    /// let call = breaker.try_acquire()?;
    /// drop(call); // its time limit was over, say
    /// assert_eq!(breaker.state(), State::Open);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn on_cancel(mut self, counts_as: OnCancel) -> Self {
        self.on_cancel = Some(counts_as);
        self
    }

    /// Checks every setting and their relations.
    ///
    /// ```
    /// use breaker_runtime::Config;
    ///
    /// assert!(Config::builder().failure_rate(0.5).build().is_ok());
    /// let error = Config::builder().failure_rate(50.0).build().unwrap_err();
    /// assert_eq!(error.to_string(), "`failure_rate` is over 0.0 and at most 1.0, not 50");
    /// ```
    ///
    /// # Errors
    /// A [`ConfigError`] that names the option and says what it may be: the first that is wrong.
    pub fn build(self) -> Result<Config, ConfigError> {
        self.check_each()?;
        let config = Config { given: self };
        let given = &config.given;
        given.check_relations(Some(config.window_or_default()), Some(config.recovery_timeout()))?;
        if given.slow_call_rate.is_some() && given.slow_call_duration.is_none() {
            return Err(ConfigError::new("slow_call_rate", "needs a `slow_call_duration`"));
        }
        Ok(config)
    }
}

impl From<Config> for ConfigBuilder {
    /// The builder that led to these settings: what was left to its default still follows the others.
    fn from(config: Config) -> Self {
        config.given
    }
}
