//! Settings that did not take effect.

use std::fmt;

use crate::{
    config::{Config, ConfigError},
    name::Name,
};

/// Settings that a breaker could not take. `Display` says in one line which, and what holds instead.
///
/// ```
/// use breaker_runtime::{Config, Conflict, registry};
///
/// registry().get_or_create_family("http", Config::default(), 100);
/// registry().get_or_create_family("http", Config::default(), 500);
/// assert!(matches!(registry().conflicts()[..], [Conflict::MaxKeys { kept: 100, refused: 500, .. }]));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Conflict {
    /// A breaker of this name stood already, with other settings. It stays as it is.
    Settings {
        /// The shared name.
        name: Name,
        /// The settings of the first one, which hold.
        kept: Box<Config>,
        /// The settings of the later one, which do not.
        refused: Box<Config>,
    },
    /// A family of this name stood already, with another bound on its keys. It stays as it is.
    MaxKeys {
        /// The shared name.
        name: Name,
        /// The bound of the first one, which holds.
        kept: usize,
        /// The bound of the later one, which does not.
        refused: usize,
    },
    /// A single breaker and a family of keyed ones go by the same name. They share nothing but that.
    Kind {
        /// The name of both.
        name: Name,
    },
    /// The [`settings`](crate::settings) for this name contradict those in the code, which hold.
    Override {
        /// The breaker's or the family's name.
        name: Name,
        /// What is wrong.
        error: ConfigError,
    },
    /// An option whose value was not known at compile time is out of its range. The breaker has the default settings.
    Invalid {
        /// The breaker's name.
        name: Name,
        /// What is wrong.
        error: ConfigError,
    },
}

impl Conflict {
    /// The name of the breaker or the family.
    ///
    /// ```
    /// use breaker_runtime::{Config, registry};
    ///
    /// registry().get_or_create("http", Config::default());
    /// registry().get_or_create_family("http", Config::default(), 100);
    /// let names: Vec<_> = registry().conflicts().iter().map(|conflict| conflict.name().clone()).collect();
    /// assert_eq!(names, ["http"]); // a breaker and a family go by it
    /// ```
    #[must_use]
    pub fn name(&self) -> &Name {
        match self {
            Self::Settings { name, .. }
            | Self::MaxKeys { name, .. }
            | Self::Kind { name }
            | Self::Override { name, .. }
            | Self::Invalid { name, .. } => name,
        }
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Settings { name, kept, refused } => {
                let differences = differences(kept, refused);
                write!(f, "`{name}` was made with other settings, which hold: {differences}")
            }
            Self::MaxKeys { name, kept, refused } => {
                write!(f, "`{name}` was made with `max_keys` {kept}, which holds, not {refused}")
            }
            Self::Kind { name } => write!(f, "`{name}` is the name of a breaker and of a family of keyed ones"),
            Self::Override { name, error } => {
                write!(f, "the settings for `{name}` contradict those in the code, which hold: {error}")
            }
            Self::Invalid { name, error } => write!(f, "`{name}` has the default settings: {error}"),
        }
    }
}

type Shown = fn(&Config) -> String;

/// The options that differ, with both values.
fn differences(kept: &Config, refused: &Config) -> String {
    let options: [(&str, Shown); 14] = [
        ("failure_threshold", |config| or_off(config.failure_threshold())),
        ("failure_rate", |config| or_off(config.failure_rate())),
        ("window", |config| or_off(config.window())),
        ("min_calls", |config| config.min_calls().to_string()),
        ("slow_call_duration", |config| or_off(config.slow_call_duration())),
        ("slow_call_rate", |config| config.slow_call_rate().to_string()),
        ("recovery_timeout", |config| format!("{:?}", config.recovery_timeout())),
        ("backoff_multiplier", |config| config.backoff_multiplier().to_string()),
        ("max_recovery_timeout", |config| format!("{:?}", config.max_recovery_timeout())),
        ("jitter", |config| config.jitter().to_string()),
        ("half_open_max_calls", |config| config.half_open_max_calls().to_string()),
        ("success_threshold", |config| config.success_threshold().to_string()),
        ("probe_timeout", |config| format!("{:?}", config.probe_timeout())),
        ("on_cancel", |config| format!("{:?}", config.on_cancel())),
    ];
    let values = options.map(|(option, value)| (option, value(kept), value(refused)));
    let differing = values.iter().filter(|(_, kept, refused)| kept != refused);
    let lines: Vec<_> =
        differing.map(|(option, kept, refused)| format!("`{option}` is {kept}, not {refused}")).collect();
    lines.join("; ")
}

fn or_off(value: Option<impl fmt::Debug>) -> String {
    value.map_or_else(|| "off".to_owned(), |value| format!("{value:?}"))
}
