//! What the registry holds, under its lock.

use std::{collections::HashMap, sync::Arc};

use crate::{
    CircuitBreaker, CircuitBreakerFamily, Config, Name,
    event::Listener,
    settings::{Problem, Settings, SettingsError},
};

use super::Conflict;

#[derive(Default)]
pub(super) struct Entries {
    pub(super) breakers: Shelf<CircuitBreaker>,
    pub(super) families: Shelf<CircuitBreakerFamily>,
    /// Default names are labels: how many places go by each.
    labels: HashMap<&'static str, usize>,
    pub(super) conflicts: Vec<Conflict>,
    listeners: Vec<Listener>,
    overrides: Settings,
}

/// Breakers or families, in the order in which they were made.
pub(super) struct Shelf<T: 'static> {
    all: Vec<Member<T>>,
    /// Explicit names are identities: the place in `all`.
    named: HashMap<Name, usize>,
}

/// One that lives as long as the program.
pub(super) struct Member<T: 'static> {
    pub(super) name: Name,
    pub(super) guard: &'static T,
    /// The settings in the code. It may have others by now.
    pub(super) declared: Config,
}

impl<T> Member<T> {
    pub(super) fn declared(&self) -> (&'static T, Config) {
        (self.guard, self.declared.clone())
    }
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self { all: Vec::new(), named: HashMap::new() }
    }
}

impl<T> Shelf<T> {
    pub(super) fn named(&self, name: &str) -> Option<&Member<T>> {
        self.named.get(name).map(|&place| &self.all[place])
    }

    /// Explicit names first, then default ones.
    pub(super) fn get(&self, name: &str) -> Option<&'static T> {
        let labelled = || self.all.iter().find(|member| member.name == *name);
        self.named(name).or_else(labelled).map(|member| member.guard)
    }

    pub(super) fn guards(&self) -> Vec<&'static T> {
        self.all.iter().map(|member| member.guard).collect()
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(|member| member.name.as_str())
    }

    /// Those whose settings are others with other overrides.
    fn changed(&self, old: &Settings, new: &Settings, problems: &mut Vec<Problem>) -> Vec<(&'static T, Config)> {
        let mut changed = Vec::new();
        for Member { name, guard, declared } in &self.all {
            match new.over(name, declared) {
                Ok(config) if config == old.over(name, declared).unwrap_or_else(|_| declared.clone()) => {}
                Ok(config) => changed.push((*guard, config)),
                Err(error) => problems.push(Problem::new(name, error)),
            }
        }
        changed
    }

    /// Adds one whose name is an identity.
    pub(super) fn add_named(&mut self, member: Member<T>) -> &'static T {
        self.named.insert(member.name.clone(), self.all.len());
        self.add(member)
    }

    pub(super) fn add(&mut self, member: Member<T>) -> &'static T {
        let guard = member.guard;
        self.all.push(member);
        guard
    }
}

impl Entries {
    pub(super) fn breaker(&mut self, name: Name, declared: Config) -> Member<CircuitBreaker> {
        let name = name.for_good();
        let config = self.overridden(&name, &declared);
        let guard: &'static CircuitBreaker = Box::leak(Box::new(CircuitBreaker::named(name.clone(), config)));
        for listener in &self.listeners {
            guard.subscribe(Arc::clone(listener));
        }
        Member { name, guard, declared }
    }

    pub(super) fn family(&mut self, name: Name, declared: Config, max_keys: usize) -> Member<CircuitBreakerFamily> {
        let config = self.overridden(&name, &declared);
        let family = CircuitBreakerFamily::named(name.clone(), config).max_keys(max_keys);
        let guard: &'static CircuitBreakerFamily = Box::leak(Box::new(family));
        for listener in &self.listeners {
            guard.subscribe(Arc::clone(listener));
        }
        Member { name, guard, declared }
    }

    /// The settings that one of this name begins with.
    fn overridden(&mut self, name: &Name, declared: &Config) -> Config {
        self.overrides.over(name, declared).unwrap_or_else(|error| {
            self.conflicts.push(Conflict::Override { name: name.clone(), error });
            declared.clone()
        })
    }

    pub(super) fn install(&mut self, overrides: Settings) -> Result<(), SettingsError> {
        let mut problems = overrides.problems();
        let breakers = self.breakers.changed(&self.overrides, &overrides, &mut problems);
        let families = self.families.changed(&self.overrides, &overrides, &mut problems);
        self.overrides = SettingsError::unless(problems, overrides)?;
        breakers.into_iter().for_each(|(breaker, config)| breaker.reconfigure(config));
        families.into_iter().for_each(|(family, config)| family.reconfigure(config));
        Ok(())
    }

    pub(super) fn unused_settings(&self) -> Vec<String> {
        self.overrides.unused(self.breakers.names().chain(self.families.names()))
    }

    /// Two places share a name: their settings should be the same.
    pub(super) fn report_difference(&mut self, name: Name, kept: Config, refused: Config) {
        if kept != refused {
            self.conflicts.push(Conflict::Settings { name, kept: kept.into(), refused: refused.into() });
        }
    }

    /// A name that is new to its own kind should be new to the other too.
    pub(super) fn report_other_kind(&mut self, name: &Name) {
        if self.breakers.named(name).is_some() || self.families.named(name).is_some() {
            self.conflicts.push(Conflict::Kind { name: name.clone() });
        }
    }

    /// A name of its own for a place with this label.
    pub(super) fn distinguish(&mut self, label: &'static str) -> Name {
        let places = self.labels.entry(label).or_default();
        *places += 1;
        if *places == 1 { label.into() } else { format!("{label}#{places}").into() }
    }

    pub(super) fn subscribe(&mut self, listener: Listener) {
        for member in &self.breakers.all {
            member.guard.subscribe(Arc::clone(&listener));
        }
        for member in &self.families.all {
            member.guard.subscribe(Arc::clone(&listener));
        }
        self.listeners.push(listener);
    }
}
