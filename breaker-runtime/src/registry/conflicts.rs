//! The conflicts that were found: each once, and not without end.

use std::{collections::HashSet, mem};

use crate::{
    config::{Config, ConfigError},
    conflict::{Conflict, Difference},
    name::Name,
};

/// How many are kept. A program with more has a mistake that shows in the first.
const MOST: usize = 1024;

#[derive(Default)]
pub(super) struct Conflicts {
    kept: Vec<Conflict>,
    seen: HashSet<Difference>,
    /// Those that no event told of yet: a subscriber is the user's code, and hears of them without the lock.
    untold: Vec<Conflict>,
}

impl Conflicts {
    pub(super) fn all(&self) -> Vec<Conflict> {
        self.kept.clone()
    }

    pub(super) fn take_untold(&mut self) -> Vec<Conflict> {
        mem::take(&mut self.untold)
    }

    /// Two places share a name: their settings should be the same.
    pub(super) fn settings(&mut self, name: &Name, kept: &Config, refused: &Config) {
        // The same options may differ by other values each time: that is the same mistake.
        if let Some(difference) = Difference::of_settings(name, kept, refused) {
            self.add(difference, || Conflict::Settings {
                name: name.clone(),
                kept: kept.clone().into(),
                refused: refused.clone().into(),
            });
        }
    }

    /// Two places share a family: their bounds should be the same.
    pub(super) fn max_keys(&mut self, name: &Name, kept: usize, refused: usize) {
        if kept != refused {
            self.add(Difference::MaxKeys(name.clone()), || Conflict::MaxKeys { name: name.clone(), kept, refused });
        }
    }

    pub(super) fn kind(&mut self, name: &Name) {
        self.add(Difference::Kind(name.clone()), || Conflict::Kind { name: name.clone() });
    }

    pub(super) fn overridden(&mut self, name: &Name, error: ConfigError) {
        let difference = Difference::Override(name.clone(), error.option());
        self.add(difference, || Conflict::Override { name: name.clone(), error });
    }

    pub(super) fn invalid(&mut self, name: Name, error: ConfigError) {
        let difference = Difference::Invalid(name.clone(), error.option());
        self.add(difference, || Conflict::Invalid { name, error });
    }

    fn add(&mut self, difference: Difference, conflict: impl FnOnce() -> Conflict) {
        if self.kept.len() < MOST && self.seen.insert(difference) {
            let conflict = conflict();
            self.kept.push(conflict.clone());
            self.untold.push(conflict);
        }
    }
}
