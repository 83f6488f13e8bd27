//! Settings that are in force.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
};

use crate::{
    config::{Config, ConfigError},
    rule::ForcedMode,
    settings::Settings,
};

/// Settings that are in force, and which of their names something went by.
#[derive(Default)]
pub(crate) struct Installed {
    settings: Settings,
    /// One for each target, in their order. For a report only, so relaxed accesses do.
    reached: Vec<AtomicBool>,
}

impl Installed {
    pub(crate) fn new(settings: Settings) -> Self {
        let reached = settings.targets().map(|_| AtomicBool::new(false)).collect();
        Self { settings, reached }
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Returns what these settings make of those that something of these names was declared with.
    pub(crate) fn over(&self, names: &[&str], declared: &Config) -> Result<Config, ConfigError> {
        for (target, reached) in self.settings.targets().zip(&self.reached) {
            if target.is_for(names) {
                reached.store(true, Relaxed);
            }
        }
        self.settings.over(names, declared)
    }

    /// Returns what they force something of these names to.
    pub(crate) fn mode(&self, names: &[&str]) -> Option<ForcedMode> {
        self.settings.mode(names)
    }

    /// Returns the names that nothing went by so far, as they are spelled.
    pub(crate) fn unused(&self) -> Vec<String> {
        let targets = self.settings.targets().zip(&self.reached);
        let unused: BTreeSet<_> =
            targets.filter(|(_, reached)| !reached.load(Relaxed)).map(|(target, _)| target).collect();
        unused.into_iter().map(|target| target.as_str().to_owned()).collect()
    }
}
