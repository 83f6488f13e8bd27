//! The breaker of one annotated place.

use std::fmt;

use once_cell::sync::OnceCell;

use crate::{
    breaker::CircuitBreaker,
    config::{Config, ConfigBuilder},
    family::CircuitBreakerFamily,
    registry::registry,
};

/// A static in the annotated function: its breaker, or its family, which is made at the first call.
pub struct Site<T: 'static> {
    made: OnceCell<&'static T>,
    make: fn() -> &'static T,
}

/// What a site keeps: a breaker, or a family.
pub trait Kept: Sized + 'static {
    /// Makes it, at the first call.
    // Not a generic function, so that it is compiled here and not with each annotated function.
    fn init(site: &'static Site<Self>) -> &'static Self;
}

impl Kept for CircuitBreaker {
    #[cold]
    fn init(site: &'static Site<Self>) -> &'static Self {
        site.made.get_or_init(site.make)
    }
}

impl Kept for CircuitBreakerFamily {
    #[cold]
    fn init(site: &'static Site<Self>) -> &'static Self {
        site.made.get_or_init(site.make)
    }
}

impl<T: Kept> Site<T> {
    /// A place whose breaker `make` makes.
    #[must_use]
    pub const fn new(make: fn() -> &'static T) -> Self {
        Self { made: OnceCell::new(), make }
    }

    /// The breaker, or the family.
    #[inline]
    pub fn get(&'static self) -> &'static T {
        match self.made.get() {
            Some(made) => made,
            None => T::init(self),
        }
    }
}

impl<T> fmt::Debug for Site<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Site").finish_non_exhaustive()
    }
}

/// The options of the annotated function.
pub type Configure = fn(ConfigBuilder) -> ConfigBuilder;

/// Returns the breaker with a name of the user's: the same name is the same breaker.
#[must_use]
pub fn named(name: &'static str, configure: Configure) -> &'static CircuitBreaker {
    registry().get_or_create(name, checked(name, configure))
}

/// Returns a breaker of its own for the place that `label` names.
#[must_use]
pub fn labelled(label: &'static str, configure: Configure) -> &'static CircuitBreaker {
    registry().create_labelled(label, checked(label, configure))
}

/// As [`named`], a family.
#[must_use]
pub fn named_family(name: &'static str, configure: Configure, max_keys: usize) -> &'static CircuitBreakerFamily {
    registry().get_or_create_family(name, checked(name, configure), max_keys)
}

/// As [`labelled`], a family.
#[must_use]
pub fn labelled_family(label: &'static str, configure: Configure, max_keys: usize) -> &'static CircuitBreakerFamily {
    registry().create_labelled_family(label, checked(label, configure), max_keys)
}

/// Builds the settings. If they are not valid, this is reported, and those by default hold.
fn checked(name: &'static str, configure: Configure) -> Config {
    configure(Config::builder()).build().unwrap_or_else(|error| {
        registry().report_invalid(name, error);
        Config::default()
    })
}
