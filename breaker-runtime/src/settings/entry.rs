//! What is set for one name.

use crate::{
    config::{Config, ConfigBuilder},
    settings::mode::Mode,
};

/// What is set for one name: options, a [`Mode`], whether a fleet shares it, or several of these. What [`Settings::set`](crate::settings::Settings::set) takes.
///
/// ```
/// use breaker_runtime::{Config, settings::{Entry, Mode}};
///
/// let careful = Entry::from(Config::builder().failure_threshold(2)).mode(Mode::MetricsOnly);
/// assert_ne!(careful, Entry::from(Mode::MetricsOnly));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use = "give it to `Settings::set`"]
pub struct Entry {
    pub(super) options: ConfigBuilder,
    pub(super) mode: Option<Mode>,
    pub(super) shared: Option<bool>,
}

impl Entry {
    /// Adds the mode.
    ///
    /// ```
    /// use breaker_runtime::settings::{Entry, Mode};
    ///
    /// assert_eq!(Entry::default().mode(Mode::Disabled), Entry::from(Mode::Disabled));
    /// ```
    pub fn mode(mut self, mode: Mode) -> Self {
        self.mode = Some(mode);
        self
    }

    /// Says whether it takes part in a fleet, over what the fleet's own options say.
    ///
    /// Nothing but a fleet asks for it (the feature `redis`): without one it has no effect.
    ///
    /// ```
    /// use breaker_runtime::settings::{Entry, Settings};
    ///
    /// // All but one.
    /// Settings::new()
    ///     .set("*", Entry::default().shared(true))
    ///     .set("local-cache", Entry::default().shared(false))
    ///     .install()?;
    /// # Settings::new().install()?;
    /// # Ok::<(), breaker_runtime::settings::SettingsError>(())
    /// ```
    pub fn shared(mut self, shared: bool) -> Self {
        self.shared = Some(shared);
        self
    }

    /// This entry, with what `over` sets in place of its own.
    pub(super) fn overlaid(self, over: &Self) -> Self {
        Self {
            options: self.options.overlaid(&over.options),
            mode: over.mode.or(self.mode),
            shared: over.shared.or(self.shared),
        }
    }
}

impl From<ConfigBuilder> for Entry {
    fn from(options: ConfigBuilder) -> Self {
        Self { options, ..Self::default() }
    }
}

/// Every option that was given, of settings that were built already.
impl From<Config> for Entry {
    fn from(config: Config) -> Self {
        ConfigBuilder::from(config).into()
    }
}

impl From<Mode> for Entry {
    fn from(mode: Mode) -> Self {
        Self::default().mode(mode)
    }
}
