//! Every named breaker of the program.

use std::{collections::HashMap, sync::Arc};

use once_cell::sync::Lazy;
use parking_lot::Mutex;

use crate::{CircuitBreaker, Config, ConfigError, Name, Transition, event::Listener};

/// The registry of this program: the breakers of all annotated functions that have been called, and those made by
/// [`Registry::get_or_create`].
///
/// ```
/// use breaker_runtime::{Config, registry};
///
/// let users = registry().get_or_create("users", Config::default());
/// users.trip();
/// assert_eq!(registry().get("users").unwrap().state().as_str(), "open");
/// ```
#[must_use]
pub fn registry() -> &'static Registry {
    static REGISTRY: Lazy<Registry> = Lazy::new(Registry::default);
    &REGISTRY
}

/// Breakers by name. They live as long as the program.
#[derive(Default)]
pub struct Registry {
    entries: Mutex<Entries>,
}

#[derive(Default)]
struct Entries {
    breakers: Vec<&'static CircuitBreaker>,
    /// Explicit names are identities.
    named: HashMap<Name, &'static CircuitBreaker>,
    /// Default names are labels: how many places go by each.
    labels: HashMap<&'static str, usize>,
    conflicts: Vec<Conflict>,
    listeners: Vec<Listener>,
}

/// Settings that a breaker could not take.
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
    /// An option whose value was not known at compile time is out of its range. The breaker has the default settings.
    Invalid {
        /// The breaker's name.
        name: Name,
        /// What is wrong.
        error: ConfigError,
    },
}

impl Registry {
    /// The breaker of this name: explicit names first, then default ones. An annotated function's breaker appears with
    /// its first call, or the first use of its handle.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'static CircuitBreaker> {
        let entries = self.entries.lock();
        let labelled = || entries.breakers.iter().find(|breaker| breaker.name() == name);
        entries.named.get(name).or_else(labelled).copied()
    }

    /// All breakers, in the order in which they were made.
    pub fn iter(&self) -> impl Iterator<Item = &'static CircuitBreaker> + use<> {
        self.entries.lock().breakers.clone().into_iter()
    }

    /// The breaker of this name, made now if there is none.
    ///
    /// If there is one with other settings, it stays as it is, and the difference is among the
    /// [`conflicts`](Self::conflicts).
    pub fn get_or_create(&self, name: impl Into<Name>, config: Config) -> &'static CircuitBreaker {
        let name = name.into();
        let mut entries = self.entries.lock();
        if let Some(&breaker) = entries.named.get(name.as_str()) {
            let kept = breaker.config();
            if kept != config {
                entries.conflicts.push(Conflict::Settings { name, kept: kept.into(), refused: config.into() });
            }
            return breaker;
        }
        let breaker = entries.add(name.clone(), config);
        entries.named.insert(name, breaker);
        breaker
    }

    /// A breaker of its own for a place with a default name; equal labels get `#2`, `#3`, …
    #[cfg_attr(not(feature = "macros"), expect(dead_code, reason = "only annotated functions have default names"))]
    pub(crate) fn create_labelled(&self, label: &'static str, config: Config) -> &'static CircuitBreaker {
        let mut entries = self.entries.lock();
        let places = entries.labels.entry(label).or_default();
        *places += 1;
        let name = if *places == 1 { label.into() } else { format!("{label}#{places}").into() };
        entries.add(name, config)
    }

    #[cfg_attr(not(feature = "macros"), expect(dead_code, reason = "only annotated functions have default names"))]
    pub(crate) fn report_invalid(&self, name: &'static str, error: ConfigError) {
        self.entries.lock().conflicts.push(Conflict::Invalid { name: name.into(), error });
    }

    /// Settings that did not take effect, in the order in which they were found. An empty list is what you want.
    #[must_use]
    pub fn conflicts(&self) -> Vec<Conflict> {
        self.entries.lock().conflicts.clone()
    }

    /// Tells `listener` of every transition of every breaker in the registry, also of those still to be made.
    pub fn on_transition(&self, listener: impl Fn(&Transition) + Send + Sync + 'static) {
        let listener: Listener = Arc::new(listener);
        let mut entries = self.entries.lock();
        for breaker in &entries.breakers {
            breaker.subscribe(Arc::clone(&listener));
        }
        entries.listeners.push(listener);
    }
}

impl Entries {
    fn add(&mut self, name: Name, config: Config) -> &'static CircuitBreaker {
        let breaker: &'static CircuitBreaker = Box::leak(Box::new(CircuitBreaker::named(name, config)));
        for listener in &self.listeners {
            breaker.subscribe(Arc::clone(listener));
        }
        self.breakers.push(breaker);
        breaker
    }
}
