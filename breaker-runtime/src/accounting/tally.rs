//! What the calls of a window came to.

/// What the calls of a window came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) calls: u64,
    pub(crate) failures: u64,
    pub(crate) slow: u64,
}

impl Tally {
    pub(super) fn add(&mut self, calls: u64, failed: bool, slow: bool) {
        self.calls += calls;
        self.failures += u64::from(failed);
        self.slow += u64::from(slow);
    }
}
