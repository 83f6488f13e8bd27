//! How often a breaker went from each state to each other one.

use crate::{snapshot::TransitionCounts, state::State};

const STATES: usize = State::ALL.len();

/// Half as wide as what is shown, since each key of a family has one. Four thousand million of one kind are the most.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Changes {
    counts: [[u32; STATES]; STATES],
    any: bool,
}

impl Changes {
    pub(super) fn count(&mut self, from: State, to: State) {
        self.any = true;
        let count = &mut self.counts[from as usize][to as usize];
        *count = count.saturating_add(1);
    }

    /// Returns what is shown; `None` if nothing ever changed.
    pub(super) fn counts(&self) -> Option<TransitionCounts> {
        let all = || State::ALL.into_iter().flat_map(|from| State::ALL.into_iter().map(move |to| (from, to)));
        let count = |(from, to): (State, State)| (from, to, u64::from(self.counts[from as usize][to as usize]));
        self.any.then(|| all().map(count).collect())
    }
}
