//! The last transitions.

use std::collections::VecDeque;

use parking_lot::Mutex;

use crate::transition::Transition;

const KEPT: usize = 64;

/// The last transitions of every breaker in a registry. It is told of them as a listener is.
#[derive(Default)]
pub(super) struct Recent(Mutex<VecDeque<Transition>>);

impl Recent {
    pub(super) fn add(&self, transition: &Transition) {
        let transition = transition.clone();
        let mut recent = self.0.lock();
        if recent.len() == KEPT {
            recent.pop_front();
        }
        recent.push_back(transition);
    }

    pub(super) fn all(&self) -> Vec<Transition> {
        self.0.lock().iter().cloned().collect()
    }
}
