//! Who gets the last figures of a breaker that is dropped.

use std::{
    fmt, mem,
    panic::{RefUnwindSafe, UnwindSafe},
};

use once_cell::race::OnceBox;
use parking_lot::Mutex;

use crate::machine::Lifetime;

/// Takes the last figures of a breaker. It runs in a destructor: it must not panic, and lock only what no code of the
/// user's runs under.
pub(crate) type Heir = Box<dyn Fn(&Lifetime) + Send + Sync>;

/// The heirs of a breaker. Most have none, so they take a pointer only.
#[derive(Default)]
pub(crate) struct Heirs(OnceBox<Mutex<Vec<Heir>>>);

impl Heirs {
    pub(crate) fn add(&self, heir: Heir) {
        self.0.get_or_init(Box::default).lock().push(heir);
    }

    /// Hands out what `last` reads.
    pub(crate) fn leave(&self, last: impl FnOnce() -> Lifetime) {
        let Some(heirs) = self.0.get() else { return };
        let heirs = mem::take(&mut *heirs.lock());
        let last = last();
        heirs.iter().for_each(|heir| heir(&last));
    }
}

// An heir only counts.
impl UnwindSafe for Heirs {}
impl RefUnwindSafe for Heirs {}

impl fmt::Debug for Heirs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Heirs").finish_non_exhaustive()
    }
}
