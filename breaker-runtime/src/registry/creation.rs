//! Makes breakers and families by name.

use crate::{
    breaker::CircuitBreaker,
    config::{Config, ConfigError},
    family::CircuitBreakerFamily,
    name::Name,
};

use super::{catalogue::Entry, changed::Changed, face::Registry};

impl Registry {
    /// The breaker of this name, made now if there is none.
    ///
    /// If there is one that was made with other settings, it stays as it is, and the difference is among the
    /// [`conflicts`](Self::conflicts).
    ///
    /// ```
    /// use breaker_runtime::{Config, registry};
    ///
    /// let users = registry().get_or_create("users", Config::default());
    /// users.trip();
    /// let same = registry().get_or_create("users", Config::default());
    /// assert_eq!(same.state(), users.state());
    /// ```
    pub fn get_or_create(&self, name: impl Into<Name>, config: Config) -> &'static CircuitBreaker {
        self.named(name.into(), config).report()
    }

    /// The family of this name, made now if there is none. See [`CircuitBreakerFamily::max_keys`] for the bound.
    ///
    /// If there is one that was made with other settings or another bound, it stays as it is, and the difference is
    /// among the [`conflicts`](Self::conflicts).
    ///
    /// ```
    /// use breaker_runtime::{Config, registry};
    ///
    /// let hosts = registry().get_or_create_family("hosts", Config::default(), 100);
    /// hosts.get("a.example").trip();
    /// let open = registry().family("hosts").unwrap().get("a.example");
    /// assert_eq!(open.state().as_str(), "open");
    /// ```
    pub fn get_or_create_family(
        &self,
        name: impl Into<Name>,
        config: Config,
        max_keys: usize,
    ) -> &'static CircuitBreakerFamily {
        self.named_family(name.into(), config, max_keys).report()
    }

    /// As [`get_or_create`](Self::get_or_create), without a word about conflicts yet.
    pub(crate) fn named(&self, name: Name, config: Config) -> Changed<&'static CircuitBreaker> {
        self.change(|contents| {
            if let Some(Entry { value, declared, .. }) = contents.breakers.named(&name) {
                contents.conflicts.settings(&name, declared, &config);
                return *value;
            }
            contents.report_other_kind(&name);
            let entry = contents.breaker(name, config);
            contents.breakers.add_named(entry)
        })
    }

    /// As [`get_or_create_family`](Self::get_or_create_family), without a word about conflicts yet.
    pub(crate) fn named_family(
        &self,
        name: Name,
        config: Config,
        max_keys: usize,
    ) -> Changed<&'static CircuitBreakerFamily> {
        self.change(|contents| {
            if let Some(Entry { value, declared, .. }) = contents.families.named(&name) {
                contents.conflicts.max_keys(&name, value.max_keys(), max_keys.max(1));
                contents.conflicts.settings(&name, declared, &config);
                return *value;
            }
            contents.report_other_kind(&name);
            let entry = contents.family(name, config, max_keys);
            contents.families.add_named(entry)
        })
    }

    /// A breaker of its own for a place with a default name; equal labels get `#2`, `#3`, …
    #[cfg_attr(not(feature = "macros"), expect(dead_code, reason = "only annotated functions have default names"))]
    pub(crate) fn labelled(&self, label: &'static str, config: Config) -> Changed<&'static CircuitBreaker> {
        self.change(|contents| {
            let name = contents.distinguish(label);
            let entry = contents.breaker(name, config);
            contents.breakers.add(entry)
        })
    }

    /// As [`labelled`](Self::labelled), a family.
    #[cfg_attr(not(feature = "macros"), expect(dead_code, reason = "only annotated functions have default names"))]
    pub(crate) fn labelled_family(
        &self,
        label: &'static str,
        config: Config,
        max_keys: usize,
    ) -> Changed<&'static CircuitBreakerFamily> {
        self.change(|contents| {
            let name = contents.distinguish(label);
            let entry = contents.family(name, config, max_keys);
            contents.families.add(entry)
        })
    }

    /// Notes that the settings of an annotated function are not valid.
    #[cfg_attr(
        not(feature = "macros"),
        expect(dead_code, reason = "only the attribute has settings that nobody checked")
    )]
    pub(crate) fn invalid(&self, name: &'static str, error: ConfigError) -> Changed<()> {
        self.change(|contents| contents.conflicts.invalid(name.into(), error))
    }
}
