//! Which keys go when a family is full.

use std::sync::Arc;

use crate::machine::Rank;

use super::{
    entry::{Entry, LastUse},
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
    // Nearly always there are enough clean ones among the oldest, and the others need not be looked at.
    let oldest = oldest(shards, most * 2);
    let chosen = among(shards, most, |age| age <= oldest);
    match chosen {
        [clean, ..] if clean.len() == most => clean,
        _ => among(shards, most, |_| true).into_iter().find(|class| !class.is_empty()).unwrap_or_default(),
    }
}

/// Returns the age up to which so many keys are idle.
fn oldest(shards: &Shards, most: usize) -> LastUse {
    let mut ages = Vec::new();
    shards.each(|entry| ages.extend(entry.idle_since()));
    if ages.len() <= most {
        return (u64::MAX, u64::MAX);
    }
    *ages.select_nth_unstable(most).1
}

/// The first of each class among the keys of these ages.
fn among(shards: &Shards, most: usize, is_looked_at: impl Fn(LastUse) -> bool) -> [Vec<Candidate>; 3] {
    let mut idle = Vec::new();
    shards.each(|entry| {
        let age = entry.idle_since().filter(|age| is_looked_at(*age));
        idle.extend(age.map(|age| (age, Arc::clone(entry))));
    });
    idle.sort_unstable_by_key(|(age, _)| *age);
    let mut classes = [Vec::new(), Vec::new(), Vec::new()];
    for (_, entry) in idle {
        let Some((rank, word)) = entry.breaker.machine().rank() else { continue };
        let class = &mut classes[rank as usize];
        if class.len() < most {
            class.push(Candidate { entry, word });
        }
        if classes[Rank::Clean as usize].len() == most {
            break;
        }
    }
    classes
}
