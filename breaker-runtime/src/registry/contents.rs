//! What the registry holds, under its lock.

use std::{collections::HashMap, sync::Arc};

use crate::{
    breaker::CircuitBreaker,
    config::Config,
    conflict::Conflict,
    family::CircuitBreakerFamily,
    listeners::{Listener, ListenerId},
    name::Name,
    settings::Settings,
};

#[derive(Default)]
pub(super) struct Contents {
    pub(super) breakers: Catalogue<CircuitBreaker>,
    pub(super) families: Catalogue<CircuitBreakerFamily>,
    /// Default names are labels: how many places go by each.
    labels: HashMap<&'static str, usize>,
    pub(super) conflicts: Vec<Conflict>,
    listeners: Vec<(ListenerId, Listener)>,
    pub(super) overrides: Settings,
}

/// Breakers or families, in the order in which they were made.
pub(super) struct Catalogue<T: 'static> {
    all: Vec<Entry<T>>,
    /// Explicit names are identities: the place in `all`.
    named: HashMap<Name, usize>,
    /// The first of each name, explicit or not.
    first: HashMap<Name, usize>,
}

/// One that lives as long as the program.
pub(super) struct Entry<T: 'static> {
    pub(super) name: Name,
    pub(super) value: &'static T,
    /// The settings in the code. It may have others by now.
    pub(super) declared: Config,
}

impl<T> Entry<T> {
    pub(super) fn declared(&self) -> (&'static T, Config) {
        (self.value, self.declared.clone())
    }
}

impl<T> Default for Catalogue<T> {
    fn default() -> Self {
        Self { all: Vec::new(), named: HashMap::new(), first: HashMap::new() }
    }
}

impl<T> Catalogue<T> {
    pub(super) fn named(&self, name: &str) -> Option<&Entry<T>> {
        self.named.get(name).map(|&place| &self.all[place])
    }

    /// Explicit names first, then default ones.
    pub(super) fn get(&self, name: &str) -> Option<&'static T> {
        let place = self.named.get(name).or_else(|| self.first.get(name))?;
        Some(self.all[*place].value)
    }

    pub(super) fn values(&self) -> Vec<&'static T> {
        self.all.iter().map(|entry| entry.value).collect()
    }

    pub(super) fn entries(&self) -> &[Entry<T>] {
        &self.all
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(|entry| entry.name.as_str())
    }

    /// Adds one whose name is an identity.
    pub(super) fn add_named(&mut self, entry: Entry<T>) -> &'static T {
        self.named.insert(entry.name.clone(), self.all.len());
        self.add(entry)
    }

    pub(super) fn add(&mut self, entry: Entry<T>) -> &'static T {
        let value = entry.value;
        self.first.entry(entry.name.clone()).or_insert(self.all.len());
        self.all.push(entry);
        value
    }
}

impl Contents {
    pub(super) fn breaker(&mut self, name: Name, declared: Config) -> Entry<CircuitBreaker> {
        let name = name.for_good();
        let config = self.overridden(&name, &declared);
        let value: &'static CircuitBreaker = Box::leak(Box::new(CircuitBreaker::named(name.clone(), config, None)));
        for (id, listener) in &self.listeners {
            value.machine().subscribe(*id, Arc::clone(listener));
        }
        Entry { name, value, declared }
    }

    pub(super) fn family(&mut self, name: Name, declared: Config, max_keys: usize) -> Entry<CircuitBreakerFamily> {
        let config = self.overridden(&name, &declared);
        let family = CircuitBreakerFamily::named(name.clone(), config).with_max_keys(max_keys);
        let value: &'static CircuitBreakerFamily = Box::leak(Box::new(family));
        for (id, listener) in &self.listeners {
            value.subscribe(*id, Arc::clone(listener));
        }
        Entry { name, value, declared }
    }

    /// The settings that one of this name begins with.
    fn overridden(&mut self, name: &Name, declared: &Config) -> Config {
        self.overrides.over(name, declared).unwrap_or_else(|error| {
            self.conflicts.push(Conflict::Override { name: name.clone(), error });
            declared.clone()
        })
    }

    /// Two places share a name: their settings should be the same.
    pub(super) fn report_difference(&mut self, name: Name, kept: Config, refused: Config) {
        if kept != refused {
            self.report(Conflict::Settings { name, kept: kept.into(), refused: refused.into() });
        }
    }

    /// Keeps a conflict, once: code that runs for each request may find it again and again.
    pub(super) fn report(&mut self, conflict: Conflict) {
        if !self.conflicts.contains(&conflict) {
            self.conflicts.push(conflict);
        }
    }

    /// A name that is new to its own kind should be new to the other too.
    pub(super) fn report_other_kind(&mut self, name: &Name) {
        if self.breakers.named(name).is_some() || self.families.named(name).is_some() {
            self.report(Conflict::Kind { name: name.clone() });
        }
    }

    /// A name of its own for a place with this label.
    pub(super) fn distinguish(&mut self, label: &'static str) -> Name {
        let places = self.labels.entry(label).or_default();
        *places += 1;
        if *places == 1 { label.into() } else { format!("{label}#{places}").into() }
    }

    pub(super) fn subscribe(&mut self, id: ListenerId, listener: Listener) {
        for entry in &self.breakers.all {
            entry.value.machine().subscribe(id, Arc::clone(&listener));
        }
        for entry in &self.families.all {
            entry.value.subscribe(id, Arc::clone(&listener));
        }
        self.listeners.push((id, listener));
    }

    /// Returns the listener that was removed, for the caller to drop without the lock.
    pub(super) fn unsubscribe(&mut self, id: ListenerId) -> Option<Listener> {
        let place = self.listeners.iter().position(|(known, _)| *known == id)?;
        Some(self.listeners.remove(place).1)
    }
}
