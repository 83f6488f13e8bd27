//! Puts settings by name over those of a family and of its keys.

use std::sync::Arc;

use crate::{
    breaker::CircuitBreaker,
    config::{Config, ConfigError},
    name::Name,
    rule::Source,
    settings::{Installed, Target},
};

use super::{CircuitBreakerFamily, overrides::Overrides};

impl CircuitBreakerFamily {
    /// A new family under these settings.
    pub(crate) fn with_settings(mut self, declared: Config, installed: Arc<Installed>) -> Self {
        self.shared.get_mut().overrides = Some(Overrides { declared, installed });
        self
    }

    /// Returns what contradicts the code in these settings for the family or its keys. `held` takes what must be dropped
    /// without a lock.
    pub(crate) fn problems_with(
        &self,
        new: &Installed,
        declared: &Config,
        held: &mut Vec<Arc<CircuitBreaker>>,
    ) -> Vec<(Name, ConfigError)> {
        if let Err(error) = new.settings().over(&[self.name()], declared) {
            return vec![(self.name.clone(), error)];
        }
        // One of each that keys still to come may have, and those of this moment.
        let mut keys: Vec<Name> = new.settings().keys_of(self.name()).into_iter().map(Name::from).collect();
        let apart = new.settings().apart(self.name());
        if !apart.is_empty() {
            let breakers = self.all();
            let own = breakers.iter().filter(|breaker| is_any_for(&apart, breaker));
            keys.extend(own.map(|breaker| breaker.machine().name().clone()));
            held.extend(breakers);
        }
        keys.sort_unstable();
        keys.dedup();
        let wrong = |key: Name| Some((key.clone(), new.settings().over(&[self.name(), &key], declared).err()?));
        keys.into_iter().filter_map(wrong).collect()
    }

    /// Puts `new` settings in place of the `old` ones, in every breaker whose settings they change.
    pub(crate) fn install(
        &self,
        declared: &Config,
        old: &Installed,
        new: &Arc<Installed>,
        held: &mut Vec<Arc<CircuitBreaker>>,
    ) {
        let over = |installed: &Installed, names: &[&str]| {
            installed.over(names, declared).unwrap_or_else(|_| declared.clone())
        };
        let family = &[self.name()];
        let config = Arc::new(over(new, family));
        let changes = *config != over(old, family);
        {
            let mut shared = self.shared.lock();
            if changes {
                shared.config = Arc::clone(&config);
            }
            // Keys that appear from here on begin with the new ones.
            shared.overrides = Some(Overrides { declared: declared.clone(), installed: Arc::clone(new) });
        }
        let mut apart = old.settings().apart(self.name());
        apart.extend(new.settings().apart(self.name()));
        // There may be many keys, and most settings are for none of them.
        if !changes && apart.is_empty() {
            return;
        }
        let breakers = self.all();
        for breaker in &breakers {
            if is_any_for(&apart, breaker) {
                let names = &[self.name(), breaker.name()];
                let own = over(new, names);
                if own != over(old, names) {
                    breaker.reconfigure(own);
                }
            } else if changes {
                breaker.machine().reconfigure(Arc::clone(&config));
            }
        }
        held.extend(breakers);
    }

    /// Forces what the settings force, in every breaker, and lifts what they force no more.
    pub(crate) fn put_modes(&self, installed: &Installed) {
        for breaker in self.all() {
            let mode = installed.mode(&[self.name(), breaker.name()]);
            if breaker.machine().forced_by(Source::File) != mode {
                breaker.machine().force(Source::File, mode);
            }
        }
    }

    /// The names of the breakers of this moment.
    pub(crate) fn names(&self) -> Vec<Name> {
        self.all().iter().map(|breaker| breaker.machine().name().clone()).collect()
    }
}

fn is_any_for(targets: &[Target<'_>], breaker: &CircuitBreaker) -> bool {
    targets.iter().any(|target| target.is_for(&[breaker.name()]))
}
