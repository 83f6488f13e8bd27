//! The breaker of one annotated place.

use std::fmt;

use once_cell::sync::OnceCell;

use crate::{CircuitBreaker, CircuitBreakerFamily, Config, ConfigBuilder, registry};

/// How the breaker is called.
#[derive(Clone, Copy, Debug)]
enum Identity {
    /// By a name of the user's: the same name is the same breaker.
    Name(&'static str),
    /// By the place it stands on: a breaker of its own.
    Label(&'static str),
}

/// The options of the annotated function.
type Settings = fn(ConfigBuilder) -> ConfigBuilder;

/// Settings that are not valid are reported, and those by default hold.
fn checked(settings: Settings, identity: Identity) -> Config {
    // Outside the closure: Rust 1.85 crashes on a capture by an or-pattern.
    let (Identity::Name(name) | Identity::Label(name)) = identity;
    settings(Config::builder()).build().unwrap_or_else(|error| {
        registry().report_invalid(name, error);
        Config::default()
    })
}

/// A static in the annotated function. Its breaker is made at the first call.
pub struct Site {
    breaker: OnceCell<&'static CircuitBreaker>,
    identity: Identity,
    settings: Settings,
}

impl Site {
    /// A place whose breaker has a name of the user's.
    #[must_use]
    pub const fn named(name: &'static str, settings: fn(ConfigBuilder) -> ConfigBuilder) -> Self {
        Self { breaker: OnceCell::new(), identity: Identity::Name(name), settings }
    }

    /// A place whose breaker is called after it.
    #[must_use]
    pub const fn labelled(label: &'static str, settings: fn(ConfigBuilder) -> ConfigBuilder) -> Self {
        Self { breaker: OnceCell::new(), identity: Identity::Label(label), settings }
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
            let config = checked(self.settings, self.identity);
            match self.identity {
                Identity::Name(name) => registry().get_or_create(name, config),
                Identity::Label(label) => registry().create_labelled(label, config),
            }
        })
    }
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Site").field("identity", &self.identity).finish_non_exhaustive()
    }
}

/// As [`Site`], with a breaker for each key.
pub struct FamilySite {
    family: OnceCell<&'static CircuitBreakerFamily>,
    identity: Identity,
    settings: Settings,
    max_keys: fn() -> usize,
}

impl FamilySite {
    /// A place whose family has a name of the user's.
    #[must_use]
    pub const fn named(
        name: &'static str,
        settings: fn(ConfigBuilder) -> ConfigBuilder,
        max_keys: fn() -> usize,
    ) -> Self {
        Self { family: OnceCell::new(), identity: Identity::Name(name), settings, max_keys }
    }

    /// A place whose family is called after it.
    #[must_use]
    pub const fn labelled(
        label: &'static str,
        settings: fn(ConfigBuilder) -> ConfigBuilder,
        max_keys: fn() -> usize,
    ) -> Self {
        Self { family: OnceCell::new(), identity: Identity::Label(label), settings, max_keys }
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
            let (config, max_keys) = (checked(self.settings, self.identity), (self.max_keys)());
            match self.identity {
                Identity::Name(name) => registry().get_or_create_family(name, config, max_keys),
                Identity::Label(label) => registry().create_labelled_family(label, config, max_keys),
            }
        })
    }
}

impl fmt::Debug for FamilySite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FamilySite").field("identity", &self.identity).finish_non_exhaustive()
    }
}
