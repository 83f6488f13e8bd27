//! The breakers of this process that take part in the fleet.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Weak},
    time::Duration,
};

use crate::{
    breaker::CircuitBreaker,
    fleet::{
        inbox::{Flag, Inbox},
        node::{Key, Local, LocalState, Waits},
        row::{Mode, millis},
        sharing::Sharing,
        text::{MAX_NAME, escape},
    },
    name::Name,
    registry::Registry,
    rule::{ForcedMode, Source},
    state::State,
};

/// The most names that are told of because they are too long.
const MAX_TOO_LONG: usize = 64;

pub(crate) struct Breakers {
    registry: &'static Registry,
    sharing: Sharing,
    inbox: Arc<Inbox>,
    shared: BTreeMap<Key, Shared>,
    /// Names that are too long to be shared, as far as they were told of.
    too_long: BTreeSet<Name>,
}

struct Shared {
    name: Name,
    breaker: Handle,
    flag: Arc<Flag>,
}

/// A breaker that lives as long as the program, or one that may go.
enum Handle {
    Static(&'static CircuitBreaker),
    Weak(Weak<CircuitBreaker>),
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
        Self { registry, sharing, inbox, shared: BTreeMap::new(), too_long: BTreeSet::new() }
    }

    /// Looks for breakers that were made, or are gone, since the last look.
    pub(crate) fn look(&mut self) -> Found {
        let gone = |shared: &Shared| matches!(&shared.breaker, Handle::Weak(breaker) if breaker.strong_count() == 0);
        let left: Vec<Key> =
            self.shared.iter().filter(|(_, shared)| gone(shared)).map(|(key, _)| Key::clone(key)).collect();
        for key in &left {
            if let Some(shared) = self.shared.remove(key) {
                self.inbox.forget(&shared.name);
            }
        }
        let (mut joined, mut too_long) = (Vec::new(), Vec::new());
        let mut join = |name: Name, breaker: Handle| {
            if name.len() > MAX_NAME {
                // Keys may be made up by callers.
                if self.too_long.len() < MAX_TOO_LONG && self.too_long.insert(name.clone()) {
                    too_long.push(name);
                }
                return;
            }
            let key = Key::from(escape(&name));
            if self.shared.contains_key(&key) {
                return;
            }
            let flag = Arc::new(Flag::new(Key::clone(&key)));
            // First the flag, then the look: what happens in between is seen twice and not never.
            self.inbox.watch(name.clone(), Arc::clone(&flag));
            let shared = Shared { name, breaker, flag };
            if let Some(local) = shared.local() {
                joined.push((Key::clone(&key), local));
                self.shared.insert(key, shared);
            }
        };
        match &self.sharing.names {
            None => {
                for breaker in self.registry.explicitly_named() {
                    join(breaker.machine().name().clone(), Handle::Static(breaker));
                }
                for breaker in self.registry.registered() {
                    join(breaker.machine().name().clone(), Handle::Weak(Arc::downgrade(&breaker)));
                }
            }
            Some(names) => {
                for name in names {
                    if let Some(breaker) = self.registry.get(name) {
                        join(breaker.machine().name().clone(), Handle::Static(breaker));
                    } else if let Some(breaker) = self.registry.find(name) {
                        join(breaker.machine().name().clone(), Handle::Weak(Arc::downgrade(&breaker)));
                    }
                }
            }
        }
        for family in &self.sharing.families {
            let Some(family) = self.registry.family(family) else { continue };
            for (_, breaker) in family.iter() {
                join(breaker.machine().name().clone(), Handle::Weak(Arc::downgrade(&breaker)));
            }
        }
        Found { joined, left, too_long }
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
            shared.breaker.with(act);
        }
    }
}

impl Handle {
    fn with<T>(&self, act: impl FnOnce(&CircuitBreaker) -> T) -> Option<T> {
        match self {
            Self::Static(breaker) => Some(act(breaker)),
            Self::Weak(breaker) => breaker.upgrade().map(|breaker| act(&breaker)),
        }
    }
}

impl Shared {
    fn local(&self) -> Option<Local> {
        let recovered = self.flag.recovered();
        self.breaker.with(|breaker| {
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
