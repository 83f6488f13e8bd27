//! Settings by name, over those in the code: from a file, from the environment, or from a program that knows better than
//! the library whose functions are annotated.
//!
//! ```
//! use breaker_runtime::{Config, registry, settings::Settings};
//!
//! let users = registry().get_or_create("user-service", Config::builder().failure_threshold(3).build()?);
//! Settings::new().set("user-service", Config::builder().failure_threshold(10)).install()?;
//! assert_eq!(users.config().failure_threshold(), Some(10));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! With the feature `config` they are read from text, each by the name of the attribute's option:
//!
#![cfg_attr(feature = "config", doc = "```")]
#![cfg_attr(not(feature = "config"), doc = "```ignore")]
//! use breaker_runtime::settings::Settings;
//!
//! let file = r#"
//!     [user-service]
//!     failure_threshold = 10
//!     recovery_timeout = "1m30s"
//!     failure_rate = 0.5
//!     window = 100                # or "10s"
//!
//!     ["shop::orders::fetch"]     # a function without a `name`
//!     on_cancel = "failure"
//! "#;
//! let environment = [("CIRCUIT_BREAKER__USER_SERVICE__FAILURE_THRESHOLD", "20")];
//! Settings::from_toml(file)?.merge(Settings::from_vars(environment)?).install()?;
//! # Settings::new().install()?;
//! # Ok::<(), breaker_runtime::settings::SettingsError>(())
//! ```
//!
//! An option that is not set here is as in the code, and what the code leaves to its default follows the others: with
//! another `recovery_timeout` comes another `max_recovery_timeout`. A name reaches a breaker or a family of keyed ones,
//! whether annotated or made with [`Registry::get_or_create`](crate::Registry::get_or_create), whether it exists already
//! or appears later.
//!
//! A breaker appears with its first call, so a name that is spelled wrong cannot be told from one whose time has not come.
//! [`Registry::unused_settings`](crate::Registry::unused_settings) lists those that nothing goes by so far: look at it once the program is warm.

use std::collections::BTreeMap;

use crate::config::{Config, ConfigBuilder, ConfigError};

pub use self::error::{Problem, SettingsError};

mod error;
#[cfg(any(feature = "config", feature = "serde"))]
pub(crate) mod option;
#[cfg(feature = "config")]
mod source;
#[cfg(any(feature = "config", feature = "serde"))]
pub(crate) mod value;

/// Options for breakers by name. They take effect when they are [`install`](Self::install)ed.
///
/// ```
/// use breaker_runtime::{Config, registry, settings::Settings};
///
/// let settings = Settings::new()
///     .set("users", Config::builder().failure_threshold(10))
///     .set("orders", Config::builder().failure_rate(0.5).window(20));
/// settings.install()?;
/// let users = registry().get_or_create("users", Config::default());
/// assert_eq!(users.config().failure_threshold(), Some(10));
/// # Ok::<(), breaker_runtime::settings::SettingsError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    named: BTreeMap<String, ConfigBuilder>,
    /// By the name as an environment variable spells it.
    variables: BTreeMap<String, ConfigBuilder>,
}

impl Settings {
    /// No options for any breaker. Installed, they put the settings in the code back in force.
    ///
    /// ```
    /// use breaker_runtime::{Config, registry, settings::Settings};
    ///
    /// let users = registry().get_or_create("users", Config::default());
    /// Settings::new().set("users", Config::builder().failure_threshold(10)).install()?;
    /// Settings::new().install()?;
    /// assert_eq!(users.config(), Config::default());
    /// # Ok::<(), breaker_runtime::settings::SettingsError>(())
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds options for the breaker, or the family, of this name. One that was set before is replaced; the others stay.
    ///
    /// ```
    /// use breaker_runtime::{Config, settings::Settings};
    ///
    /// let once = Settings::new().set("users", Config::builder().failure_threshold(3).min_calls(20));
    /// let twice = Settings::new()
    ///     .set("users", Config::builder().failure_threshold(10).min_calls(20))
    ///     .set("users", Config::builder().failure_threshold(3));
    /// assert_eq!(once, twice);
    /// ```
    #[must_use]
    pub fn set(mut self, name: impl Into<String>, options: ConfigBuilder) -> Self {
        lay_over(&mut self.named, name.into(), &options);
        self
    }

    /// Adds other settings. Where both set an option, that of `other` holds; but what comes from environment variables
    /// holds against all that does not, in whichever order they are merged.
    ///
    /// ```
    /// use breaker_runtime::{Config, settings::Settings};
    ///
    /// let defaults = Settings::new().set("users", Config::builder().failure_threshold(3));
    /// let ours = Settings::new().set("users", Config::builder().failure_threshold(10));
    /// assert_eq!(defaults.merge(ours.clone()), ours);
    /// ```
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        for (name, options) in other.named {
            lay_over(&mut self.named, name, &options);
        }
        for (name, options) in other.variables {
            lay_over(&mut self.variables, name, &options);
        }
        self
    }

    /// What these settings make of those that a breaker was declared with.
    pub(crate) fn over(&self, name: &str, declared: &Config) -> Result<Config, ConfigError> {
        let options = [self.named.get(name), self.variables.get(&variable(name))];
        if options == [None, None] {
            return Ok(declared.clone());
        }
        options.into_iter().flatten().fold(declared.to_builder(), ConfigBuilder::overlaid).build()
    }

    /// What is wrong with them by themselves.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let wrong = |(name, options): (&String, &ConfigBuilder)| Some(Problem::new(name, options.check().err()?));
        self.named.iter().chain(&self.variables).filter_map(wrong).collect()
    }

    /// The names that none of these breakers goes by.
    pub(crate) fn unused<'a>(&self, taken: impl Iterator<Item = &'a str>) -> Vec<String> {
        let mut unused = self.clone();
        for name in taken {
            unused.named.remove(name);
            unused.variables.remove(&variable(name));
        }
        unused.named.into_keys().chain(unused.variables.into_keys()).collect()
    }
}

fn lay_over(all: &mut BTreeMap<String, ConfigBuilder>, name: String, options: &ConfigBuilder) {
    let under = all.entry(name).or_default();
    *under = under.clone().overlaid(options);
}

/// A name as an environment variable spells it: in upper case, with one `_` for whatever is not a letter or digit.
fn variable(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("_").to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::variable;

    #[test]
    fn a_name_is_spelled_as_a_variable() {
        for name in ["user-service", "user.service", "User Service", "user__service", "-user-service-"] {
            assert_eq!(variable(name), "USER_SERVICE");
        }
        assert_eq!(variable("shop::orders::fetch#2"), "SHOP_ORDERS_FETCH_2");
        assert_eq!(variable("été"), "T");
        assert_eq!(variable("…"), "");
    }
}
