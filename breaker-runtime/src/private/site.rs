//! The breaker of one annotated place.

use std::fmt;

use once_cell::sync::OnceCell;

use crate::{CircuitBreaker, CircuitBreakerFamily, Config, ConfigError, registry};

/// How the breaker is called.
#[derive(Clone, Copy, Debug)]
pub enum Identity {
    /// By a name of the user's: the same name is the same breaker.
    Name(&'static str),
    /// By the place it stands on: a breaker of its own.
    Label(&'static str),
}

/// What stands in the annotated function.
#[derive(Clone, Copy)]
struct Settings {
    identity: Identity,
    config: fn() -> Result<Config, ConfigError>,
}

impl Settings {
    /// Settings that are not valid are reported, and those by default hold.
    fn config(&self) -> Config {
        (self.config)().unwrap_or_else(|error| {
            let (Identity::Name(name) | Identity::Label(name)) = self.identity;
            registry().report_invalid(name, error);
            Config::default()
        })
    }
}

/// A static in the annotated function. Its breaker is made at the first call.
pub struct Site {
    breaker: OnceCell<&'static CircuitBreaker>,
    settings: Settings,
}

impl Site {
    /// A place that has not been called yet.
    #[must_use]
    pub const fn new(identity: Identity, config: fn() -> Result<Config, ConfigError>) -> Self {
        Self { breaker: OnceCell::new(), settings: Settings { identity, config } }
    }

    /// The breaker.
    #[inline]
    pub fn get(&'static self) -> &'static CircuitBreaker {
        match self.breaker.get() {
            Some(breaker) => breaker,
            None => self.first(),
        }
    }

    #[cold]
    fn first(&'static self) -> &'static CircuitBreaker {
        self.breaker.get_or_init(|| {
            let config = self.settings.config();
            match self.settings.identity {
                Identity::Name(name) => registry().get_or_create(name, config),
                Identity::Label(label) => registry().create_labelled(label, config),
            }
        })
    }
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Site").field("identity", &self.settings.identity).finish_non_exhaustive()
    }
}

/// As [`Site`], with a breaker for each key.
pub struct FamilySite {
    family: OnceCell<&'static CircuitBreakerFamily>,
    settings: Settings,
    max_keys: fn() -> usize,
}

impl FamilySite {
    /// A place that has not been called yet.
    #[must_use]
    pub const fn new(identity: Identity, config: fn() -> Result<Config, ConfigError>, max_keys: fn() -> usize) -> Self {
        Self { family: OnceCell::new(), settings: Settings { identity, config }, max_keys }
    }

    /// The family.
    #[inline]
    pub fn get(&'static self) -> &'static CircuitBreakerFamily {
        match self.family.get() {
            Some(family) => family,
            None => self.first(),
        }
    }

    #[cold]
    fn first(&'static self) -> &'static CircuitBreakerFamily {
        self.family.get_or_init(|| {
            let (config, max_keys) = (self.settings.config(), (self.max_keys)());
            match self.settings.identity {
                Identity::Name(name) => registry().get_or_create_family(name, config, max_keys),
                Identity::Label(label) => registry().create_labelled_family(label, config, max_keys),
            }
        })
    }
}

impl fmt::Debug for FamilySite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FamilySite").field("identity", &self.settings.identity).finish_non_exhaustive()
    }
}
