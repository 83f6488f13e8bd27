//! Installed settings: those by name, over those in the code.

use crate::{
    config::Config,
    settings::{Problem, Settings, SettingsError},
};

use super::{
    Registry,
    contents::{Catalogue, Contents, Entry},
    registry,
};

impl Settings {
    /// Puts these settings over those in the code, in place of all that were installed before. They reach what is in
    /// the [`registry`](crate::registry()): the breakers of annotated functions, and those made there by name.
    ///
    /// Breakers that exist and whose settings this changes are [reconfigured](crate::CircuitBreaker::reconfigure) at
    /// once: a file can be loaded again while calls go on. An option that is not set any more is as in the code again.
    ///
    /// ```
    /// use breaker_runtime::{Config, registry, settings::Settings};
    ///
    /// let users = registry().get_or_create("users", Config::builder().half_open_max_calls(2).build()?);
    /// let contradicts = Settings::new().set("users", Config::builder().success_threshold(4));
    /// assert_eq!(
    ///     contradicts.install().unwrap_err().to_string(),
    ///     "breaker `users`: `success_threshold` is 4, but `half_open_max_calls` admits only 2",
    /// );
    /// assert_eq!(users.config().success_threshold(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If a value is out of its range, or contradicts the code of a breaker that exists; then nothing is changed. For a
    /// breaker that does not exist yet, a contradiction is found when it appears: it is among the
    /// [`conflicts`](crate::Registry::conflicts), and the settings in the code hold.
    pub fn install(self) -> Result<(), SettingsError> {
        registry().contents.lock().install(self)
    }
}

impl Registry {
    /// Returns the names in the installed settings that no breaker and no family goes by so far, those of environment
    /// variables as they are spelled there.
    ///
    /// ```
    /// use breaker_runtime::{Config, registry, settings::{Settings, SettingsError}};
    ///
    /// let options = Config::builder().failure_threshold(10);
    /// Settings::new().set("orders", options.clone()).set("oders", options).install()?;
    /// registry().get_or_create("orders", Config::default());
    /// assert_eq!(registry().unused_settings(), ["oders"]);
    /// # Ok::<(), SettingsError>(())
    /// ```
    #[must_use]
    pub fn unused_settings(&self) -> Vec<String> {
        let contents = self.contents.lock();
        contents.overrides.unused(contents.breakers.names().chain(contents.families.names()))
    }
}

impl Contents {
    fn install(&mut self, overrides: Settings) -> Result<(), SettingsError> {
        let mut problems = overrides.problems();
        let breakers = changed(&self.breakers, &self.overrides, &overrides, &mut problems);
        let families = changed(&self.families, &self.overrides, &overrides, &mut problems);
        // Before anything changes: all of the settings take effect, or none.
        self.overrides = SettingsError::unless(problems, overrides)?;
        breakers.into_iter().for_each(|(breaker, config)| breaker.reconfigure(config));
        families.into_iter().for_each(|(family, config)| family.reconfigure(config));
        Ok(())
    }
}

/// Returns those whose settings become others, with their new settings.
fn changed<T>(
    catalogue: &Catalogue<T>,
    old: &Settings,
    new: &Settings,
    problems: &mut Vec<Problem>,
) -> Vec<(&'static T, Config)> {
    let mut changed = Vec::new();
    for Entry { name, value, declared } in catalogue.entries() {
        match new.over(name, declared) {
            Ok(config) if config == old.over(name, declared).unwrap_or_else(|_| declared.clone()) => {}
            Ok(config) => changed.push((*value, config)),
            Err(error) => problems.push(Problem::new(name, error)),
        }
    }
    changed
}
