//! Which keys go when a family is full.

use std::sync::Arc;

use crate::machine::Rank;

use super::{
    entry::{Age, Entry},
    shards::Shards,
};

/// A key that may go, as it was seen.
pub(super) struct Candidate {
    pub(super) entry: Arc<Entry>,
    /// The word by which it was judged: if it is another one by now, the key stays.
    pub(super) word: u64,
}

/// Chooses up to `most` keys: closed ones without failures, the least recently used first; if there are none, closed ones
/// with failures; and if there are none of these either, open and half-open ones whose wait is over and that nobody called
/// since. Takes no lock of the family's while a breaker is judged, since its clock is the user's code.
pub(super) fn choose(shards: &Shards, most: usize) -> Vec<Candidate> {
    let (mut failed, mut due) = (Vec::new(), Vec::new());
    let mut clean = Vec::new();
    for (_, entry) in by_age(shards) {
        let Some((rank, word)) = entry.breaker.machine().rank() else { continue };
        let class = match rank {
            Rank::Clean => &mut clean,
            Rank::Failed => &mut failed,
            Rank::Due => &mut due,
        };
        if class.len() < most {
            class.push(Candidate { entry, word });
        }
        if clean.len() == most {
            break;
        }
    }
    [clean, failed, due].into_iter().find(|class| !class.is_empty()).unwrap_or_default()
}

fn by_age(shards: &Shards) -> Vec<(Age, Arc<Entry>)> {
    let mut idle = Vec::new();
    shards.each(|entry| {
        idle.extend(entry.idle_since().map(|age| (age, Arc::clone(entry))));
    });
    idle.sort_unstable_by_key(|(age, _)| *age);
    idle
}
