//! The calls of the last so long, in ten buckets.

use super::tally::Tally;

const BUCKETS: usize = 10;

/// A ring of buckets numbered by time. A call leaves with its bucket: after at most the window, and at least nine tenths
/// of it.
#[derive(Debug)]
pub(crate) struct TimeWindow {
    /// Nanoseconds.
    width: u64,
    /// The number of the newest bucket: clock time divided by the width.
    newest: u64,
    buckets: [Bucket; BUCKETS],
}

/// A tally half as wide, since each key of a family has ten. No tenth of a window holds four thousand million calls.
#[derive(Clone, Copy, Debug, Default)]
struct Bucket {
    calls: u32,
    failures: u32,
    slow: u32,
}

impl Bucket {
    fn add(&mut self, calls: u64, failed: bool, slow: bool) {
        self.calls = self.calls.saturating_add(u32::try_from(calls).unwrap_or(u32::MAX));
        self.failures = self.failures.saturating_add(failed.into());
        self.slow = self.slow.saturating_add(slow.into());
    }
}

impl TimeWindow {
    pub(super) fn new(nanos: u64) -> Self {
        Self { width: (nanos / BUCKETS as u64).max(1), newest: 0, buckets: [Bucket::default(); BUCKETS] }
    }

    /// However long the breaker was idle, this clears ten buckets at most. A clock that was read before another's does
    /// not move the window back.
    pub(super) fn advance(&mut self, now: u64) -> u64 {
        let newest = (now / self.width).max(self.newest);
        let passed = (newest - self.newest).min(BUCKETS as u64);
        for step in 1..=passed {
            self.buckets[slot(newest - passed + step)] = Bucket::default();
        }
        self.newest = newest;
        newest.saturating_add(1).saturating_mul(self.width)
    }

    pub(super) fn successes(&mut self, calls: u64) {
        self.buckets[slot(self.newest)].add(calls, false, false);
    }

    pub(super) fn record(&mut self, failed: bool, slow: bool) {
        self.buckets[slot(self.newest)].add(1, failed, slow);
    }

    pub(super) fn clear(&mut self) {
        self.buckets = [Bucket::default(); BUCKETS];
    }

    pub(super) fn tally(&self) -> Tally {
        self.buckets.iter().fold(Tally::default(), |sum, bucket| Tally {
            calls: sum.calls + u64::from(bucket.calls),
            failures: sum.failures + u64::from(bucket.failures),
            slow: sum.slow + u64::from(bucket.slow),
        })
    }
}

fn slot(bucket: u64) -> usize {
    // Less than the number of buckets.
    (bucket % BUCKETS as u64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_leaves_between_nine_tenths_and_the_whole_of_the_window() {
        for window in [10_u64, 1_000_000, 31_536_000_000_000_000] {
            for phase in [0, window / 30, window / 10 - 1] {
                let start = window * 3 + phase;
                let mut calls = TimeWindow::new(window);
                calls.advance(start);
                calls.record(true, false);
                calls.advance(start + window / 10 * 9);
                assert_eq!(calls.tally().calls, 1, "window {window}, phase {phase}");
                calls.advance(start + window);
                assert_eq!(calls.tally().calls, 0, "window {window}, phase {phase}");
            }
        }
    }

    #[test]
    fn the_end_of_time_is_a_time() {
        let mut calls = TimeWindow::new(1);
        assert_eq!(calls.advance(u64::MAX), u64::MAX);
        calls.record(false, true);
        assert_eq!(calls.advance(0), u64::MAX);
        assert_eq!(calls.tally(), Tally { calls: 1, failures: 0, slow: 1 });
    }
}
