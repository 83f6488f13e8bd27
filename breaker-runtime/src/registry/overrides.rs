//! Installed settings: those by name, over those in the code.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    breaker::CircuitBreaker,
    config::Config,
    name::Name,
    rule::Source,
    settings::{Installed, Problem, Settings, SettingsError},
};

use super::{catalogue::Entry, contents::Contents, face::Registry, registry};

impl Settings {
    /// Puts these settings over those in the code, in place of all that were installed before. They reach what is in
    /// the [`registry`](crate::registry()): the breakers of annotated functions, those made there by name, and registered ones.
    ///
    /// Breakers that exist and whose settings this changes are [reconfigured](crate::CircuitBreaker::reconfigure) at
    /// once: a file can be loaded again while calls go on. An option that is not set any more is as in the code again. If they are those
    /// that are installed already, nothing happens: what was changed by hand since then stays.
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
        let registry = registry();
        if registry.install(self)? {
            registry.put_modes();
        }
        Ok(())
    }
}

impl Registry {
    /// Returns the names in the installed settings that nothing went by so far, as they are spelled there.
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
        self.contents.lock().installed.unused()
    }

    /// Returns each name in the installed settings with what goes by it now: breakers, families, and of the keys those that
    /// it is for without being for their whole family.
    ///
    /// ```
    /// use breaker_runtime::{Config, registry, settings::{Mode, Settings, SettingsError}};
    ///
    /// registry().get_or_create("user-service", Config::default());
    /// registry().get_or_create_family("user-cache", Config::default(), 100).get("eu");
    /// Settings::new().set("user-*", Mode::MetricsOnly).set("user-cache[eu]", Mode::Normal).install()?;
    /// let reached = registry().matched_settings();
    /// assert_eq!(reached["user-*"], ["user-service", "user-cache"]);
    /// assert_eq!(reached["user-cache[eu]"], ["user-cache[eu]"]);
    /// # Ok::<(), SettingsError>(())
    /// ```
    #[must_use]
    pub fn matched_settings(&self) -> BTreeMap<String, Vec<Name>> {
        // Dropped after the lock: it may be the last to hold one of them.
        let (installed, mut names, families, _registered) = {
            let contents = self.contents.lock();
            let registered = contents.registered.living();
            let mut names: Vec<_> = contents.breakers.entries().iter().map(|entry| entry.name.clone()).collect();
            names.extend(registered.iter().map(|breaker| breaker.machine().name().clone()));
            let families: Vec<_> =
                contents.families.entries().iter().map(|entry| (entry.name.clone(), entry.value)).collect();
            (Arc::clone(&contents.installed), names, families, registered)
        };
        names.extend(families.iter().map(|(name, _)| name.clone()));
        let mut keys = Vec::new();
        for (family, value) in &families {
            keys.extend(value.names().into_iter().map(|key| (family, key)));
        }
        let reached = installed.settings().targets().map(|target| {
            let whole = names.iter().filter(|name| target.is_for(&[name]));
            let own = keys.iter().filter(|(family, key)| target.is_for(&[key]) && !target.is_for(&[family]));
            (target.as_str().to_owned(), whole.chain(own.map(|(_, key)| key)).cloned().collect())
        });
        reached.collect()
    }

    /// Returns the settings that are in force, for what stands above and asks for its own part of them.
    #[cfg(feature = "redis")]
    pub(crate) fn installed(&self) -> Arc<Installed> {
        Arc::clone(&self.contents.lock().installed)
    }

    /// Returns whether any modes may have to change.
    fn install(&self, settings: Settings) -> Result<bool, SettingsError> {
        // Dropped after the lock: it may be the last to hold one of them.
        let registered;
        let mut held = Vec::new();
        let mut contents = self.contents.lock();
        registered = contents.registered.declared();
        contents.install(settings, &registered, &mut held)
    }

    /// Forces what the installed settings force, and lifts what they force no more.
    fn put_modes(&self) {
        self.put_modes_by(|installed| {
            let (breakers, families, registered) = {
                let contents = self.contents.lock();
                (contents.breakers.values(), contents.families.values(), contents.registered.living())
            };
            breakers.into_iter().for_each(|breaker| put_mode(breaker, installed));
            registered.iter().for_each(|breaker| put_mode(breaker, installed));
            families.into_iter().for_each(|family| family.put_modes(installed));
        });
    }

    /// Puts modes by what is installed, and again if others were installed meanwhile: theirs may have been there before.
    /// Without the lock: listeners hear of it.
    pub(super) fn put_modes_by(&self, put: impl Fn(&Installed)) {
        loop {
            let installed = Arc::clone(&self.contents.lock().installed);
            put(&installed);
            if Arc::ptr_eq(&installed, &self.contents.lock().installed) {
                return;
            }
        }
    }
}

/// Forces what the settings force of a breaker, or lifts it.
pub(super) fn put_mode(breaker: &CircuitBreaker, installed: &Installed) {
    let mode = installed.mode(&[breaker.name()]);
    if breaker.machine().forced_by(Source::File) != mode {
        breaker.machine().force(Source::File, mode);
    }
}

impl Contents {
    fn install(
        &mut self,
        settings: Settings,
        registered: &[(Arc<CircuitBreaker>, Config)],
        held: &mut Vec<Arc<CircuitBreaker>>,
    ) -> Result<bool, SettingsError> {
        let is_same = settings == *self.installed.settings();
        let mut problems = settings.problems();
        let (old, new) = (Arc::clone(&self.installed), Arc::new(Installed::new(settings)));
        let single = self.breakers.entries().iter().map(|Entry { value, declared, .. }| (*value, declared));
        let registered = registered.iter().map(|(breaker, declared)| (&**breaker, declared));
        let mut changed = Vec::new();
        for (breaker, declared) in single.chain(registered) {
            let names = &[breaker.name()];
            match new.over(names, declared) {
                Ok(config) if config == old.over(names, declared).unwrap_or_else(|_| declared.clone()) => {}
                Ok(config) => changed.push((breaker, config)),
                Err(error) => problems.push(Problem::new(breaker.name(), error)),
            }
        }
        for Entry { value, declared, .. } in self.families.entries() {
            let wrong = value.problems_with(&new, declared, held);
            problems.extend(wrong.into_iter().map(|(name, error)| Problem::new(&name, error)));
        }
        // Before anything changes: all of the settings take effect, or none.
        SettingsError::unless(problems, ())?;
        if is_same {
            return Ok(false);
        }
        changed.into_iter().for_each(|(breaker, config)| breaker.reconfigure(config));
        for Entry { value, declared, .. } in self.families.entries() {
            value.install(declared, &old, &new, held);
        }
        let force = old.settings().forces() || new.settings().forces();
        self.installed = new;
        Ok(force)
    }
}
