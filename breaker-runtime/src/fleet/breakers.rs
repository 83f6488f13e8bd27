//! The breakers of this process that take part in the fleet.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use crate::{
    breaker::CircuitBreaker,
    fleet::{
        inbox::{Flag, Inbox},
        mode::Mode,
        node::{Key, Local, LocalState, Waits},
        row::millis,
        sharing::{Candidate, Sharing},
        text::{MAX_NAME, escape},
    },
    name::Name,
    registry::Registry,
    rule::{ForcedMode, Source},
    settings::Installed,
    state::State,
};

/// The most names that are told of because they are too long.
const MAX_TOO_LONG: usize = 64;

pub(crate) struct Breakers {
    registry: &'static Registry,
    sharing: Sharing,
    /// Those that were in force at the last look.
    settings: Arc<Installed>,
    inbox: Arc<Inbox>,
    shared: BTreeMap<Key, Shared>,
    /// Names that are too long to be shared, as far as they were told of.
    too_long: BTreeSet<Name>,
}

struct Shared {
    candidate: Candidate,
    flag: Arc<Flag>,
}

/// What a look for breakers brought.
pub(crate) struct Found {
    pub(crate) joined: Vec<(Key, Local)>,
    pub(crate) left: Vec<Key>,
    /// Names that are too long to be shared, each once.
    pub(crate) too_long: Vec<Name>,
}

impl Breakers {
    pub(crate) fn new(registry: &'static Registry, sharing: Sharing, inbox: Arc<Inbox>) -> Self {
        let settings = registry.installed();
        Self { registry, sharing, settings, inbox, shared: BTreeMap::new(), too_long: BTreeSet::new() }
    }

    /// Looks for breakers that were made, are gone, or are shared by the settings or no more, since the last look.
    pub(crate) fn look(&mut self) -> Found {
        let (left, mut joined, mut too_long) = (self.leave(), Vec::new(), Vec::new());
        for candidate in self.sharing.candidates(self.registry, &self.settings) {
            let name = &candidate.name;
            if name.len() > MAX_NAME {
                // Keys may be made up by callers.
                if self.too_long.len() < MAX_TOO_LONG && self.too_long.insert(name.clone()) {
                    too_long.push(name.clone());
                }
                continue;
            }
            let key = Key::from(escape(name));
            if self.shared.contains_key(&key) {
                continue;
            }
            let flag = Arc::new(Flag::new(Key::clone(&key)));
            // First the flag, then the look: what happens in between is seen twice and not never.
            self.inbox.watch(name.clone(), Arc::clone(&flag));
            let shared = Shared { candidate, flag };
            if let Some(local) = shared.local() {
                joined.push((Key::clone(&key), local));
                self.shared.insert(key, shared);
            }
        }
        Found { joined, left, too_long }
    }

    /// Lets go of those that are gone, and of those that the settings share no more.
    fn leave(&mut self) -> Vec<Key> {
        let installed = self.registry.installed();
        let others = !Arc::ptr_eq(&installed, &self.settings);
        self.settings = installed;
        let leaves = |shared: &Shared| {
            let Shared { candidate, .. } = shared;
            candidate.breaker.is_gone() || others && !candidate.takes_part(self.settings.settings())
        };
        let left: Vec<Key> =
            self.shared.iter().filter(|(_, shared)| leaves(shared)).map(|(key, _)| Key::clone(key)).collect();
        for key in &left {
            // The node is told that it left, and says nothing of it any more.
            self.force(key, None);
            if let Some(shared) = self.shared.remove(key) {
                self.inbox.forget(&shared.candidate.name);
            }
        }
        left
    }

    pub(crate) fn local(&self, key: &Key) -> Option<Local> {
        self.shared.get(key)?.local()
    }

    pub(crate) fn trip_for(&self, key: &Key, left: u64) {
        self.with(key, |breaker| breaker.trip_for(Duration::from_millis(left)));
    }

    pub(crate) fn half_open(&self, key: &Key) {
        self.with(key, CircuitBreaker::half_open);
    }

    pub(crate) fn close(&self, key: &Key) {
        self.with(key, CircuitBreaker::close);
    }

    pub(crate) fn force(&self, key: &Key, mode: Option<Mode>) {
        let mode = mode.map(|mode| match mode {
            Mode::ForcedOpen => ForcedMode::Open,
            Mode::Disabled => ForcedMode::Disabled,
            Mode::MetricsOnly => ForcedMode::MetricsOnly,
        });
        self.with(key, |breaker| breaker.machine().force(Source::Fleet, mode));
    }

    /// Nobody is there any more to lift what the fleet forced.
    pub(crate) fn let_go(&self) {
        for key in self.shared.keys() {
            self.force(key, None);
        }
    }

    fn with(&self, key: &Key, act: impl FnOnce(&CircuitBreaker)) {
        if let Some(shared) = self.shared.get(key) {
            shared.candidate.breaker.with(act);
        }
    }
}

impl Shared {
    fn local(&self) -> Option<Local> {
        let recovered = self.flag.recovered();
        self.candidate.breaker.with(|breaker| {
            let (seen, config) = (breaker.snapshot(), breaker.config());
            let waits = Waits {
                first: millis(config.recovery_timeout()),
                multiplier: config.backoff_multiplier(),
                max: millis(config.max_recovery_timeout()),
            };
            let state = match seen.state {
                State::Closed => LocalState::Closed,
                State::Open => LocalState::Open,
                // An open circuit whose wait is over reads as half-open before a call makes it so.
                State::HalfOpen if breaker.machine().is_open() => LocalState::Open,
                State::HalfOpen => LocalState::HalfOpen,
                State::ForcedOpen | State::Disabled | State::MetricsOnly => LocalState::Forced,
            };
            let over = matches!(state, LocalState::Open) && seen.state == State::HalfOpen;
            Local {
                state,
                left: if over { Some(0) } else { seen.retry_after.map(millis) },
                rejected: seen.rejected,
                answered: seen.successes + seen.failures + seen.ignored,
                busy: breaker.machine().has_probes_out(),
                recovered,
                waits,
            }
        })
    }
}
