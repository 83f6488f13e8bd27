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
//! # Names
//! A name reaches a breaker, or a family of keyed ones, whether annotated, made with
//! [`Registry::get_or_create`](crate::Registry::get_or_create) or [registered](crate::Registry::register), whether it exists already
//! or appears later. Letters count as they are written, capital or not.
//!
//! | name | is for |
//! |---|---|
//! | `users` | what is called so; of a family, every key |
//! | `user-*`, `*` | all whose names match: `*` stands for any text |
//! | `http[slow.example]` | one key of the family `http` |
//! | `http[*.example]` | the keys that match |
//!
//! Where several names set an option, the one with more letters (without the `*`) holds, and of two with as many the later one.
//! Each option goes by itself.
//!
//! In the names of environment variables there are only capital letters, digits and `_` of ASCII: each run of other characters of a name is one
//! `_`, so `HTTP_SLOW_EXAMPLE` is for `http[slow.example]`, and a name of other letters than ASCII's is better set in a file.
//!
//! # Modes
//! Beside its options a name may have a `mode`: `"normal"`, `"disabled"`, `"metrics_only"` or `"forced_open"` ([`Mode`]). So a service is
//! steered through an incident by its file alone. What a breaker's own controls force stands over it. An entry that is taken out, or says
//! nothing of a mode, is `normal`; and [`reset`](crate::CircuitBreaker::reset) lifts what the settings force, until others than the
//! present ones are installed.
//!
#![cfg_attr(feature = "config", doc = "```")]
#![cfg_attr(not(feature = "config"), doc = "```ignore")]
//! use breaker_runtime::{Config, State, registry, settings::Settings};
//!
//! let payments = registry().get_or_create("payments", Config::default());
//! Settings::from_toml("[payments]\nmode = 'forced_open'")?.install()?;
//! assert_eq!(payments.state(), State::ForcedOpen);
//! Settings::from_toml("")?.install()?;
//! assert_eq!(payments.state(), State::Closed);
//! # Ok::<(), breaker_runtime::settings::SettingsError>(())
//! ```
//!
//! # Fleets
//! With the feature `redis` a name may also say whether it is `shared` in the [fleet](crate::fleet), over what the
//! fleet's own options say: `true` takes in what goes by the name, of a family each key; `false` leaves it out. An entry
//! that is taken out, or says nothing, leaves it to the fleet's options. So whether one breaker, or one key, is everybody's
//! circuit is changed without a deploy.
//!
#![cfg_attr(feature = "config", doc = "```")]
#![cfg_attr(not(feature = "config"), doc = "```ignore")]
//! use breaker_runtime::settings::Settings;
//!
//! let file = r#"
//!     [payments]
//!     shared = true
//!
//!     ["http[slow.example]"]
//!     shared = false
//! "#;
//! Settings::from_toml(file)?.install()?;
//! # Settings::new().install()?;
//! # Ok::<(), breaker_runtime::settings::SettingsError>(())
//! ```
//!
//! # Defaults
//! An option that is not set here is as in the code, and what the code leaves to its default follows the others: with
//! another `recovery_timeout` comes another `max_recovery_timeout`.
//!
//! A breaker appears with its first call, so a name that is spelled wrong cannot be told from one whose time has not come.
//! [`Registry::unused_settings`](crate::Registry::unused_settings) lists those that nothing goes by so far: look at it once the program is warm.

use crate::{
    config::{Config, ConfigError},
    rule::ForcedMode,
};

use self::pattern::Pattern;
pub use self::{
    entry::Entry,
    error::{Problem, SettingsError},
    mode::Mode,
};
pub(crate) use self::{installed::Installed, target::Target};

mod entry;
mod error;
mod installed;
mod mode;
#[cfg(any(feature = "config", feature = "serde"))]
pub(crate) mod option;
mod pattern;
#[cfg(feature = "config")]
mod source;
mod target;
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
    /// Those that say less of a name first, since what comes later holds.
    named: Vec<Layer>,
    /// By the name as an environment variable spells it.
    variables: Vec<(String, Entry)>,
}

/// What stands under one name, which may be a pattern.
#[derive(Clone, Debug, PartialEq)]
struct Layer {
    pattern: Pattern,
    entry: Entry,
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

    /// Adds options, a [`Mode`], or more ([`Entry`]) for what goes by this name, in which each `*` stands for any text. What was set
    /// for the name before is replaced where this sets it too; the rest stays.
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
    pub fn set(mut self, name: impl Into<String>, entry: impl Into<Entry>) -> Self {
        self.lay(Pattern::new(name.into()), &entry.into());
        self
    }

    /// Adds other settings, as if they came later in the same file. Where both set an option for one name, that of `other`
    /// holds; but what comes from environment variables holds against all that does not, in whichever order they are merged.
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
        for Layer { pattern, entry } in other.named {
            self.lay(pattern, &entry);
        }
        for (name, entry) in other.variables {
            self.lay_variable(name, &entry);
        }
        self
    }

    /// Lays an entry over all that say as much of a name, or less.
    fn lay(&mut self, pattern: Pattern, entry: &Entry) {
        let letters = pattern.letters();
        let end = self.named.partition_point(|layer| layer.pattern.letters() <= letters);
        let same = self.named[..end].iter().rposition(|layer| layer.pattern == pattern);
        // What stands over it in between may be for the same breakers only if one of the two is a pattern.
        let stands_over = |layer: &Layer| pattern.is_open() || layer.pattern.is_open();
        match same {
            Some(place) if !self.named[place + 1..end].iter().any(stands_over) => {
                let layer = &mut self.named[place];
                layer.entry = layer.entry.clone().overlaid(entry);
            }
            _ => self.named.insert(end, Layer { pattern, entry: entry.clone() }),
        }
    }

    fn lay_variable(&mut self, name: String, entry: &Entry) {
        match self.variables.binary_search_by(|(known, _)| known.cmp(&name)) {
            Ok(place) => self.variables[place].1 = self.variables[place].1.clone().overlaid(entry),
            Err(place) => self.variables.insert(place, (name, entry.clone())),
        }
    }

    /// The entries for something that goes by all of these names (a key goes by its family's and its own), those that hold
    /// later.
    fn entries<'a>(&'a self, names: &'a [&str]) -> impl Iterator<Item = &'a Entry> {
        let named =
            self.named.iter().filter(|layer| Target::Name(&layer.pattern).is_for(names)).map(|layer| &layer.entry);
        let of_variable =
            |name: &'a &str| self.variables.iter().filter(|(known, _)| Target::Variable(known).is_for(&[name]));
        named.chain(names.iter().flat_map(of_variable).map(|(_, entry)| entry))
    }

    /// What these settings make of those that a breaker was declared with.
    pub(crate) fn over(&self, names: &[&str], declared: &Config) -> Result<Config, ConfigError> {
        let mut entries = self.entries(names).peekable();
        if entries.peek().is_none() {
            return Ok(declared.clone());
        }
        entries.fold(declared.to_builder(), |under, entry| under.overlaid(&entry.options)).build()
    }

    /// What they force a breaker to.
    pub(crate) fn mode(&self, names: &[&str]) -> Option<ForcedMode> {
        self.entries(names).filter_map(|entry| entry.mode).last().and_then(Mode::forced)
    }

    /// Whether they say that a fleet shares it; `None` leaves that to the fleet.
    #[cfg(feature = "redis")]
    pub(crate) fn shared(&self, names: &[&str]) -> Option<bool> {
        self.entries(names).filter_map(|entry| entry.shared).last()
    }

    /// Whether they may share anything that is not shared without them.
    #[cfg(feature = "redis")]
    pub(crate) fn shares(&self) -> bool {
        self.all().any(|entry| entry.shared == Some(true))
    }

    /// Whether they may share keys of this family.
    #[cfg(feature = "redis")]
    pub(crate) fn shares_keys_of(&self, family: &str) -> bool {
        let may = |target: Target<'_>| target.is_for(&[family]) || target.may_be_for_keys_of(family);
        self.targets().zip(self.all()).any(|(target, entry)| entry.shared == Some(true) && may(target))
    }

    /// Every name in these settings.
    pub(crate) fn targets(&self) -> impl Iterator<Item = Target<'_>> {
        let named = self.named.iter().map(|layer| Target::Name(&layer.pattern));
        named.chain(self.variables.iter().map(|(name, _)| Target::Variable(name)))
    }

    /// The names that may be for some keys of a family without being for all of it.
    pub(crate) fn apart(&self, family: &str) -> Vec<Target<'_>> {
        let may = |target: &Target<'_>| !target.is_for(&[family]) && target.may_be_for_keys_of(family);
        self.targets().filter(may).collect()
    }

    /// Whether anything is forced.
    pub(crate) fn forces(&self) -> bool {
        self.all().any(|entry| entry.mode.is_some())
    }

    fn all(&self) -> impl Iterator<Item = &Entry> {
        self.named.iter().map(|layer| &layer.entry).chain(self.variables.iter().map(|(_, entry)| entry))
    }

    /// Names that keys of this family may go by: for each entry that is not for the whole family, one that it is for.
    pub(crate) fn keys_of(&self, family: &str) -> Vec<String> {
        let head = format!("{family}[");
        let keys = self.named.iter().map(|layer| layer.pattern.as_str().replace('*', ""));
        keys.filter(|key| key.starts_with(&head) && key.ends_with(']')).collect()
    }

    /// What is wrong with them by themselves.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let named = self.named.iter().map(|layer| (layer.pattern.as_str(), &layer.entry));
        let variables = self.variables.iter().map(|(name, entry)| (name.as_str(), entry));
        let wrong = |(name, entry): (&str, &Entry)| Some(Problem::new(name, entry.options.check().err()?));
        named.chain(variables).filter_map(wrong).collect()
    }
}
