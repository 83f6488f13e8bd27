//! Which breakers of a process take part in a fleet.

use std::{
    collections::BTreeSet,
    sync::{Arc, Weak},
};

use crate::{
    breaker::CircuitBreaker,
    name::Name,
    registry::Registry,
    settings::{Installed, Settings},
};

/// Which breakers take part by the fleet's own options. Settings by name stand over them.
#[derive(Clone, Debug)]
pub(crate) struct Sharing {
    /// Those of these names; `None` is all with an explicit name.
    pub(crate) names: Option<BTreeSet<String>>,
    /// The families whose keys do.
    pub(crate) families: BTreeSet<String>,
}

/// A breaker, and what decides whether it takes part.
pub(crate) struct Candidate {
    pub(crate) name: Name,
    pub(crate) breaker: Handle,
    /// Of a key, the name of its family.
    family: Option<&'static str>,
    /// Whether it takes part by the fleet's own options.
    by_options: bool,
}

/// A breaker that lives as long as the program, or one that may go.
pub(crate) enum Handle {
    Static(&'static CircuitBreaker),
    Weak(Weak<CircuitBreaker>),
}

impl Sharing {
    /// Returns those that take part. One may be in the list twice.
    pub(crate) fn candidates(&self, registry: &'static Registry, installed: &Installed) -> Vec<Candidate> {
        let settings = installed.settings();
        let mut all = Vec::new();
        match &self.names {
            None => {
                all.extend(registry.explicitly_named().into_iter().map(|breaker| Candidate::fixed(breaker, true)));
                all.extend(registry.registered().iter().map(|breaker| Candidate::held(breaker, None, true)));
            }
            Some(names) => {
                for name in names {
                    if let Some(breaker) = registry.get(name) {
                        all.push(Candidate::fixed(breaker, true));
                    } else if let Some(breaker) = registry.find(name) {
                        all.push(Candidate::held(&breaker, None, true));
                    }
                }
            }
        }
        if settings.shares() {
            all.extend(registry.iter().map(|breaker| Candidate::fixed(breaker, false)));
            all.extend(registry.registered().iter().map(|breaker| Candidate::held(breaker, None, false)));
        }
        for family in registry.families() {
            let by_options = self.families.contains(family.name());
            if by_options || settings.shares_keys_of(family.name()) {
                let keys = family.iter();
                all.extend(keys.map(|(_, breaker)| Candidate::held(&breaker, Some(family.name()), by_options)));
            }
        }
        all.retain(|candidate| candidate.takes_part(settings));
        all
    }
}

impl Candidate {
    fn fixed(breaker: &'static CircuitBreaker, by_options: bool) -> Self {
        Self { name: breaker.machine().name().clone(), breaker: Handle::Static(breaker), family: None, by_options }
    }

    fn held(breaker: &Arc<CircuitBreaker>, family: Option<&'static str>, by_options: bool) -> Self {
        let name = breaker.machine().name().clone();
        Self { name, breaker: Handle::Weak(Arc::downgrade(breaker)), family, by_options }
    }

    /// Whether it takes part under these settings.
    pub(crate) fn takes_part(&self, settings: &Settings) -> bool {
        let said = match self.family {
            Some(family) => settings.shared(&[family, &self.name]),
            None => settings.shared(&[&self.name]),
        };
        said.unwrap_or(self.by_options)
    }
}

impl Handle {
    pub(crate) fn is_gone(&self) -> bool {
        matches!(self, Self::Weak(breaker) if breaker.strong_count() == 0)
    }

    pub(crate) fn with<T>(&self, act: impl FnOnce(&CircuitBreaker) -> T) -> Option<T> {
        match self {
            Self::Static(breaker) => Some(act(breaker)),
            Self::Weak(breaker) => breaker.upgrade().map(|breaker| act(&breaker)),
        }
    }
}
