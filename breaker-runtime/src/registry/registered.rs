//! Breakers of the user's own, held weakly.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ptr,
    sync::{Arc, Weak},
};

use parking_lot::Mutex;

use crate::{breaker::CircuitBreaker, config::Config, family::FamilyTotals, machine::Lifetime, name::Name};

/// How many names of dropped breakers are remembered, those of the longest ago going first.
const MOST_GONE: usize = 1024;

/// Breakers of the user's own, in the order in which they were registered, and what those that are gone had counted.
#[derive(Default)]
pub(super) struct Registered {
    entries: BTreeMap<u64, Entry>,
    next: u64,
    /// An address is no other breaker's while a `Weak` keeps the place.
    by_address: HashMap<usize, u64>,
    by_name: HashMap<Name, BTreeSet<u64>>,
    /// Last figures that destructors left, and that are not yet summed up.
    left: Arc<Mutex<Vec<(u64, FamilyTotals)>>>,
    gone: HashMap<Name, Gone>,
}

struct Entry {
    name: Name,
    breaker: Weak<CircuitBreaker>,
    /// The settings in the code.
    declared: Config,
    /// Its totals when they were last read. They stand in until a breaker that is being dropped has left its own.
    seen: FamilyTotals,
}

/// What the dropped breakers of one name had counted.
struct Gone {
    totals: FamilyTotals,
    /// The number of the last of them, which tells how long ago that was.
    last: u64,
}

/// The figures that breakers of the user's own go on to show.
#[derive(Default)]
pub(crate) struct RegisteredTotals {
    /// Each with its totals. They are read in one go with those of the dropped ones, so that a sum never falls.
    pub(crate) living: Vec<(Arc<CircuitBreaker>, FamilyTotals)>,
    pub(crate) gone: Vec<(Name, FamilyTotals)>,
}

impl Registered {
    pub(super) fn contains(&self, breaker: &Arc<CircuitBreaker>) -> bool {
        self.by_address.contains_key(&address(breaker))
    }

    pub(super) fn add(&mut self, breaker: &Arc<CircuitBreaker>, name: Name, declared: Config) {
        self.sum_up();
        let id = self.next;
        self.next += 1;
        self.by_address.insert(address(breaker), id);
        self.by_name.entry(name.clone()).or_default().insert(id);
        let seen = FamilyTotals::default();
        self.entries.insert(id, Entry { name, breaker: Arc::downgrade(breaker), declared, seen });
        let left = Arc::downgrade(&self.left);
        breaker.on_drop(Box::new(move |last| {
            if let Some(left) = left.upgrade() {
                left.lock().push((id, totals(last)));
            }
        }));
    }

    pub(super) fn find(&self, name: &str) -> Option<Arc<CircuitBreaker>> {
        self.by_name.get(name)?.iter().find_map(|id| self.entries.get(id)?.breaker.upgrade())
    }

    /// Those that are alive. The caller drops them without the lock: it may be the last to hold one.
    #[must_use]
    pub(super) fn living(&self) -> Vec<Arc<CircuitBreaker>> {
        self.entries.values().filter_map(|entry| entry.breaker.upgrade()).collect()
    }

    /// Those that are alive, each with the settings in the code. The caller drops them without the lock.
    #[must_use]
    pub(super) fn declared(&self) -> Vec<(Arc<CircuitBreaker>, Config)> {
        let entries = self.entries.values();
        entries.filter_map(|entry| Some((entry.breaker.upgrade()?, entry.declared.clone()))).collect()
    }

    #[must_use]
    pub(super) fn totals(&mut self) -> RegisteredTotals {
        self.sum_up();
        let mut figures = RegisteredTotals::default();
        for entry in self.entries.values_mut() {
            match entry.breaker.upgrade() {
                Some(breaker) => {
                    entry.seen = totals(&breaker.machine().lifetime());
                    figures.living.push((breaker, entry.seen));
                }
                // Taken out of its `Arc`, or on another thread on its way through the destructor.
                None => figures.gone.push((entry.name.clone(), entry.seen)),
            }
        }
        figures.gone.extend(self.gone.iter().map(|(name, gone)| (name.clone(), gone.totals)));
        figures
    }

    /// Takes out those that are gone, and adds what they had counted to what their name has.
    fn sum_up(&mut self) {
        let left = std::mem::take(&mut *self.left.lock());
        for (id, totals) in left {
            let Some(Entry { name, breaker, .. }) = self.entries.remove(&id) else { continue };
            self.by_address.remove(&breaker.as_ptr().addr());
            if let Some(ids) = self.by_name.get_mut(&name) {
                ids.remove(&id);
                if ids.is_empty() {
                    self.by_name.remove(&name);
                }
            }
            let gone = self.gone.entry(name).or_insert(Gone { totals: FamilyTotals::default(), last: id });
            gone.totals.add(&totals);
            gone.last = gone.last.max(id);
            if self.gone.len() > MOST_GONE {
                let oldest = self.gone.iter().min_by_key(|(_, gone)| gone.last).map(|(name, _)| name.clone());
                oldest.and_then(|name| self.gone.remove(&name));
            }
        }
    }
}

fn address(breaker: &Arc<CircuitBreaker>) -> usize {
    ptr::from_ref::<CircuitBreaker>(breaker).addr()
}

fn totals(counted: &Lifetime) -> FamilyTotals {
    let mut totals = FamilyTotals::default();
    totals.add_lifetime(counted);
    totals
}
