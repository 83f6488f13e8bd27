//! A time, and by which clock it was read.

use std::sync::Arc;

use super::Clock;

/// A time, and by which clock: those of two clocks say nothing of each other.
#[derive(Clone)]
pub(crate) struct Moment {
    /// `None` is the system's. Each time that a clock is put under a breaker, or a family, it is another one.
    pub(crate) clock: Option<Arc<dyn Clock>>,
    pub(crate) nanos: u64,
}

impl Moment {
    /// The nanoseconds since an earlier moment; `None` if that is another clock's, or not earlier.
    pub(crate) fn since(&self, earlier: &Self) -> Option<u64> {
        let same = match (&self.clock, &earlier.clock) {
            (None, None) => true,
            (Some(clock), Some(other)) => Arc::ptr_eq(clock, other),
            _ => false,
        };
        if same { self.nanos.checked_sub(earlier.nanos) } else { None }
    }
}
