//! What keys still to come begin with: settings by name, over those of their family.

use std::sync::Arc;

use crate::{config::Config, rule::ForcedMode, settings::Installed};

/// The settings that keys still to come begin with, beside those of the family.
pub(super) struct Overrides {
    /// The settings in the code.
    pub(super) declared: Config,
    pub(super) installed: Arc<Installed>,
}

impl Overrides {
    /// Returns what a key's breaker begins with: those of the family, unless an entry is for the key alone.
    pub(super) fn of_key(&self, family: &str, key: &str, of_family: &Arc<Config>) -> (Arc<Config>, Option<ForcedMode>) {
        let names = &[family, key];
        let is_apart = self.installed.settings().apart(family).iter().any(|target| target.is_for(&[key]));
        let own = is_apart.then(|| self.installed.over(names, &self.declared));
        // What contradicts the code was told when the family appeared, or the settings.
        let config = own.and_then(Result::ok).map_or_else(|| Arc::clone(of_family), Arc::new);
        (config, self.installed.mode(names))
    }
}
