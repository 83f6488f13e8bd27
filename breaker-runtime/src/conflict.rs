//! Settings that did not take effect.

use std::fmt;

use crate::{
    config::{Config, ConfigError, options::SHOWN},
    escaped::Escaped,
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
        let name = Escaped(self.name());
        match self {
            Self::Settings { kept, refused, .. } => {
                let differences = differences(kept, refused);
                write!(f, "`{name}` was made with other settings, which hold: {differences}")
            }
            Self::MaxKeys { kept, refused, .. } => {
                write!(f, "`{name}` was made with `max_keys` {kept}, which holds, not {refused}")
            }
            Self::Kind { .. } => write!(f, "`{name}` is the name of a breaker and of a family of keyed ones"),
            Self::Override { error, .. } => {
                write!(f, "the settings for `{name}` contradict those in the code, which hold: {error}")
            }
            Self::Invalid { error, .. } => write!(f, "`{name}` has the default settings: {error}"),
        }
    }
}

/// What a conflict is about. Two that are about the same are one mistake.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Difference {
    /// A bit for each option that differs, in the order of [`SHOWN`].
    Settings(Name, u64),
    MaxKeys(Name),
    Kind(Name),
    /// With the option.
    Override(Name, &'static str),
    /// With the option.
    Invalid(Name, &'static str),
}

impl Difference {
    /// Returns which options differ; `None` if none does.
    pub(crate) fn of_settings(name: &Name, kept: &Config, refused: &Config) -> Option<Self> {
        let options = SHOWN.iter().enumerate();
        let differing = options.filter(|(_, option)| (option.value)(kept) != (option.value)(refused));
        let bits = differing.fold(0, |bits, (place, _)| bits | 1 << place);
        (bits != 0).then(|| Self::Settings(name.clone(), bits))
    }
}

/// The options that differ, with both values.
fn differences(kept: &Config, refused: &Config) -> String {
    let values = SHOWN.iter().map(|option| (option.name, (option.value)(kept), (option.value)(refused)));
    let differing = values.filter(|(_, kept, refused)| kept != refused);
    let lines: Vec<_> =
        differing.map(|(name, kept, refused)| format!("`{name}` is {kept:?}, not {refused:?}")).collect();
    lines.join("; ")
}
