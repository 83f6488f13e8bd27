//! What the registry holds, under its lock.

use std::{collections::HashMap, sync::Arc};

use crate::{
    breaker::CircuitBreaker,
    clock::{Clock, Replacement},
    config::Config,
    family::CircuitBreakerFamily,
    listeners::{Listener, ListenerId},
    name::Name,
    settings::Installed,
};

use super::{
    catalogue::{Catalogue, Entry},
    conflicts::Conflicts,
    registered::Registered,
};

/// No code of the user's runs under the lock that it stands under: no clock, no listener, no destructor of theirs.
#[derive(Default)]
pub(super) struct Contents {
    pub(super) breakers: Catalogue<CircuitBreaker>,
    pub(super) families: Catalogue<CircuitBreakerFamily>,
    pub(super) registered: Registered,
    /// Default names are labels: how many places go by each.
    labels: HashMap<&'static str, usize>,
    pub(super) conflicts: Conflicts,
    listeners: Vec<(ListenerId, Listener)>,
    pub(super) installed: Arc<Installed>,
    /// What new breakers are told the time by.
    pub(super) clock: Option<PlacedClock>,
}

/// A clock under every breaker of a registry.
#[derive(Clone)]
pub(super) struct PlacedClock {
    pub(super) clock: Arc<dyn Clock>,
    /// As new breakers take it: read already, since a clock is the user's code.
    replacement: Replacement,
}

impl PlacedClock {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { replacement: Replacement::new(Arc::clone(&clock)), clock }
    }
}

impl Contents {
    pub(super) fn breaker(&mut self, name: Name, declared: Config) -> Entry<CircuitBreaker> {
        let name = name.for_good();
        let config = self.overridden(&name, &declared);
        let breaker = CircuitBreaker::named(name.clone(), config, self.replacement());
        breaker.begin_forced(self.installed.mode(&[&name]));
        let value: &'static CircuitBreaker = Box::leak(Box::new(breaker));
        self.let_hear(value);
        Entry { name, value, declared }
    }

    pub(super) fn family(&mut self, name: Name, declared: Config, max_keys: usize) -> Entry<CircuitBreakerFamily> {
        let name = name.for_good();
        let config = self.overridden(&name, &declared);
        let family = CircuitBreakerFamily::named(name.clone(), config)
            .with_max_keys(max_keys)
            .with_replacement(self.replacement())
            .with_settings(declared.clone(), Arc::clone(&self.installed));
        // One of each that its keys may have: what contradicts the code is told now, and not by some key later.
        for key in self.installed.settings().keys_of(&name) {
            if let Err(error) = self.installed.settings().over(&[&name, &key], &declared) {
                self.conflicts.overridden(&key.into(), error);
            }
        }
        let value: &'static CircuitBreakerFamily = Box::leak(Box::new(family));
        self.let_hear_keys(value);
        Entry { name, value, declared }
    }

    /// Lets the listeners of the registry hear a breaker.
    pub(super) fn let_hear(&self, breaker: &CircuitBreaker) {
        for (id, listener) in &self.listeners {
            breaker.machine().subscribe(*id, Arc::clone(listener));
        }
    }

    /// Lets the listeners of the registry hear every key of a family.
    pub(super) fn let_hear_keys(&self, family: &CircuitBreakerFamily) {
        for (id, listener) in &self.listeners {
            family.subscribe(*id, Arc::clone(listener));
        }
    }

    fn replacement(&self) -> Option<Replacement> {
        self.clock.as_ref().map(|placed| placed.replacement.clone())
    }

    /// The settings that one of this name begins with.
    pub(super) fn overridden(&mut self, name: &Name, declared: &Config) -> Config {
        self.installed.over(&[name], declared).unwrap_or_else(|error| {
            self.conflicts.overridden(name, error);
            declared.clone()
        })
    }

    /// Puts the settings by name over those of a breaker that is there already.
    pub(super) fn put_over(&mut self, breaker: &CircuitBreaker, name: &Name, declared: &Config) {
        let config = self.overridden(name, declared);
        if config != *declared {
            breaker.reconfigure(config);
        }
    }

    /// A name that is new to its own kind should be new to the other too.
    pub(super) fn report_other_kind(&mut self, name: &Name) {
        if self.breakers.named(name).is_some() || self.families.named(name).is_some() {
            self.conflicts.kind(name);
        }
    }

    /// A name of its own for a place with this label.
    pub(super) fn distinguish(&mut self, label: &'static str) -> Name {
        let places = self.labels.entry(label).or_default();
        *places += 1;
        if *places == 1 { label.into() } else { format!("{label}#{places}").into() }
    }

    /// Returns the registered breakers that were told, for the caller to drop without the lock.
    #[must_use]
    pub(super) fn subscribe(&mut self, id: ListenerId, listener: Listener) -> Vec<Arc<CircuitBreaker>> {
        for entry in self.breakers.entries() {
            entry.value.machine().subscribe(id, Arc::clone(&listener));
        }
        for entry in self.families.entries() {
            entry.value.subscribe(id, Arc::clone(&listener));
        }
        let registered = self.registered.living();
        for breaker in &registered {
            breaker.machine().subscribe(id, Arc::clone(&listener));
        }
        self.listeners.push((id, listener));
        registered
    }

    /// Returns the listener that was removed, for the caller to drop without the lock.
    #[must_use]
    pub(super) fn unsubscribe(&mut self, id: ListenerId) -> Option<Listener> {
        let place = self.listeners.iter().position(|(known, _)| *known == id)?;
        Some(self.listeners.remove(place).1)
    }
}
