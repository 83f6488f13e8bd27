//! What a layer and its services share.

use std::{fmt, marker::PhantomData};

use super::judge::Judge;

/// Which breakers guard the calls, who judges them, and how they end.
pub(super) struct Guard<B, V, W, M> {
    pub(super) breakers: B,
    pub(super) judge: Judge<V, W>,
    ending: PhantomData<fn() -> M>,
}

impl<B, V, W, M> Guard<B, V, W, M> {
    pub(super) fn new(breakers: B, judge: Judge<V, W>) -> Self {
        Self { breakers, judge, ending: PhantomData }
    }
}

impl<B: Clone, V: Clone, W: Clone, M> Clone for Guard<B, V, W, M> {
    fn clone(&self) -> Self {
        Self::new(self.breakers.clone(), self.judge.clone())
    }
}

impl<B: fmt::Debug, V, W, M> fmt::Debug for Guard<B, V, W, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").field("breakers", &self.breakers).finish_non_exhaustive()
    }
}
