//! The table of options: what each is called, the type of its value, and which values there are.
//!
//! A line here makes the field of the builder, its check, its place when settings are laid over others, and its reading
//! and showing by name: in files, in environment variables, as `serde` data, in conflicts. What an option means, and
//! its default, stands at its method of [`ConfigBuilder`] and its method of [`Config`].

use std::{fmt, time::Duration};

use crate::config::{
    check::{self, AT_LEAST_ONE, FACTOR, GROWTH, PROBES, RATE, SHARE},
    error::ConfigError,
    on_cancel::OnCancel,
    value::Value,
    window::Window,
};

/// Writes the builder and all that goes over every option.
///
/// ```text
/// options! {                                // Input
///     pub struct ConfigBuilder {
///         jitter: f64 = number(SHARE),
///     }
/// }
///
/// pub struct ConfigBuilder {                // Output
///     pub(super) jitter: Option<f64>,
/// }
/// // check_each:
/// if let Some(value) = self.jitter { check::number("jitter", value, SHARE)?; }
/// // overlaid:
/// Self { jitter: over.jitter.or(self.jitter) }
/// // set:
/// match name { "jitter" => self.jitter = Some(source.number(SHARE)?), }
/// // SHOWN:
/// Shown { name: "jitter", value: |config| Value::from(config.jitter()) }
/// ```
macro_rules! options {
    (
        $(#[$attribute:meta])*
        pub struct ConfigBuilder { $($option:ident: $type:ty = $kind:ident($($range:expr)?),)* }
    ) => {
        $(#[$attribute])*
        pub struct ConfigBuilder {
            $(pub(super) $option: Option<$type>,)*
        }

        impl ConfigBuilder {
            /// Checks every setting that is given, by itself.
            pub(super) fn check_each(&self) -> Result<(), ConfigError> {
                $(if let Some(value) = self.$option {
                    check::$kind(stringify!($option), value, $($range)?)?;
                })*
                Ok(())
            }

            /// These settings, with those of `over` in place of theirs.
            pub(crate) fn overlaid(self, over: &Self) -> Self {
                Self { $($option: over.$option.or(self.$option),)* }
            }

            /// Sets the option of this name. The error says what its value should be; `None` if there is no such option.
            #[cfg(any(feature = "config", feature = "serde"))]
            pub(crate) fn set(&mut self, name: &str, source: &impl Source) -> Option<Result<(), String>> {
                Some(match name {
                    $(stringify!($option) => source.$kind($($range)?).map(|value| self.$option = Some(value)),)*
                    _ => return None,
                })
            }
        }

        /// The names of all options.
        #[cfg(any(feature = "config", feature = "serde"))]
        pub(crate) const NAMES: &[&str] = &[$(stringify!($option)),*];

        /// All options, to be shown.
        pub(crate) const SHOWN: &[Shown] =
            &[$(Shown { name: stringify!($option), value: |config| Value::from(config.$option()) }),*];
    };
}

options! {
    /// Collects settings; [`build`](Self::build) checks them.
    ///
    /// What is not set has its default. Nothing is checked before `build`, and the order does not matter.
    ///
    /// ```
    /// use breaker_runtime::Config;
    ///
    /// let error = Config::builder().success_threshold(3).half_open_max_calls(2).build().unwrap_err();
    /// assert_eq!(error.to_string(), "`success_threshold` is 3, but `half_open_max_calls` admits only 2");
    /// ```
    #[derive(Clone, Debug, Default, PartialEq)]
    #[must_use = "call `build`"]
    pub struct ConfigBuilder {
        failure_threshold: u32 = count(AT_LEAST_ONE),
        failure_rate: f64 = number(RATE),
        window: Window = window(),
        min_calls: u32 = count(AT_LEAST_ONE),
        slow_call_duration: Duration = duration(),
        slow_call_rate: f64 = number(RATE),
        recovery_timeout: Duration = duration(),
        backoff_multiplier: f64 = number(FACTOR),
        max_recovery_timeout: Duration = duration(),
        jitter: f64 = number(SHARE),
        half_open_max_calls: u32 = count(PROBES),
        half_open_growth: u32 = count(GROWTH),
        success_threshold: u32 = count(PROBES),
        probe_timeout: Duration = duration(),
        on_cancel: OnCancel = on_cancel(),
    }
}

/// What an option's value is read from by name. Each method reads one kind of value, and its error says what is
/// expected there.
#[cfg(any(feature = "config", feature = "serde"))]
pub(crate) trait Source {
    fn count(&self, range: check::Counts) -> Result<u32, String>;
    /// Reads a number of any size: its range is checked with all others.
    fn number(&self, range: check::Numbers) -> Result<f64, String>;
    fn duration(&self) -> Result<Duration, String>;
    fn window(&self) -> Result<Window, String>;
    fn on_cancel(&self) -> Result<OnCancel, String>;
}

/// An option as it is shown.
pub(crate) struct Shown {
    pub(crate) name: &'static str,
    /// Reads the value in force.
    pub(crate) value: fn(&Config) -> Value,
}

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
///
/// It keeps what was given. What was not has its default, which often follows another option; each method tells its own.
#[derive(Clone, Default)]
pub struct Config {
    pub(super) given: ConfigBuilder,
}

/// Settings are equal however they came about: what was given as it is by default is no difference.
impl PartialEq for Config {
    fn eq(&self, other: &Self) -> bool {
        SHOWN.iter().all(|option| (option.value)(self) == (option.value)(other))
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut options = f.debug_struct("Config");
        for option in SHOWN {
            options.field(option.name, &(option.value)(self));
        }
        options.finish()
    }
}
