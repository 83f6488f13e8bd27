//! What the keys that went leave behind.

use std::{mem, sync::Arc};

use crate::breaker::CircuitBreaker;

use super::{entry::Entry, totals::FamilyTotals};

/// The keys that are no longer in the map. One that somebody holds still may count a result: it is summed as it is. The
/// others have been added up.
#[derive(Default)]
pub(super) struct Gone {
    totals: FamilyTotals,
    held: Vec<Arc<Entry>>,
}

impl Gone {
    /// Takes in keys that went, and adds up all that nobody holds any more. Returns those: a breaker's listeners go with it,
    /// whose destructors are the user's code, so the caller drops them without a lock.
    #[must_use]
    pub(super) fn add(&mut self, entries: Vec<Arc<Entry>>) -> Vec<CircuitBreaker> {
        let mut dropped = Vec::new();
        for entry in mem::take(&mut self.held).into_iter().chain(entries) {
            match unheld(entry) {
                Ok(breaker) => {
                    self.totals.add_lifetime(&breaker.machine().lifetime());
                    dropped.push(breaker);
                }
                Err(held) => self.held.push(held),
            }
        }
        dropped
    }

    pub(super) fn totals(&self) -> FamilyTotals {
        let mut totals = self.totals;
        self.held.iter().for_each(|entry| totals.add_lifetime(&entry.breaker.machine().lifetime()));
        totals
    }

    pub(super) fn held(&self) -> impl Iterator<Item = &Arc<CircuitBreaker>> {
        self.held.iter().map(|entry| &entry.breaker)
    }
}

/// The breaker itself, if nobody else holds it. A weak pointer does not: nobody can come back to the breaker by it.
fn unheld(entry: Arc<Entry>) -> Result<CircuitBreaker, Arc<Entry>> {
    if Arc::strong_count(&entry.breaker) > 1 {
        return Err(entry);
    }
    Arc::try_unwrap(entry).and_then(Entry::into_breaker)
}
