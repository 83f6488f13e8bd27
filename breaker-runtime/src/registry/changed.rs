//! What a change of the registry made, and what is to be told of it.

use crate::{conflict::Conflict, trace};

use super::{contents::Contents, face::Registry};

/// What was made, and the conflicts that it found, of which nobody has been told yet: a subscriber is the user's code, so
/// it hears of them when no lock is held and no initialisation runs.
#[must_use = "the conflicts are to be reported"]
pub(crate) struct Changed<T> {
    pub(crate) value: T,
    conflicts: Vec<Conflict>,
}

impl<T> Changed<T> {
    /// Tells of the conflicts, and returns what was made.
    pub(crate) fn report(self) -> T {
        self.conflicts.iter().for_each(trace::conflict);
        self.value
    }
}

impl Registry {
    /// Makes something under the lock.
    pub(super) fn change<T>(&self, make: impl FnOnce(&mut Contents) -> T) -> Changed<T> {
        let mut contents = self.contents.lock();
        let value = make(&mut contents);
        Changed { value, conflicts: contents.conflicts.take_untold() }
    }
}
