//! The last N calls: one in, one out.

use super::tally::Tally;

const BITS: usize = u64::BITS as usize;

/// A ring of two bits a call, so that what leaves is known and the memory is N/4 bytes.
#[derive(Debug)]
pub(crate) struct CountWindow {
    size: usize,
    /// Where the next call goes; once the ring is full, also the oldest.
    next: usize,
    failed: Box<[u64]>,
    slow: Box<[u64]>,
    tally: Tally,
}

impl CountWindow {
    pub(super) fn new(calls: u32) -> Self {
        let size = calls as usize;
        let words = size.div_ceil(BITS);
        Self { size, next: 0, failed: vec![0; words].into(), slow: vec![0; words].into(), tally: Tally::default() }
    }

    /// Takes many successes at once, a word of the ring at a time: ten million may have been deferred.
    pub(super) fn successes(&mut self, calls: u64) {
        // More than the ring holds push everything out, and the rest one another.
        let calls = usize::try_from(calls).unwrap_or(usize::MAX).min(self.size);
        let free = self.size - self.tally.calls as usize;
        let (into_free, over_others) = (calls.min(free), calls.saturating_sub(free));
        // What stands in a free place is left from before the ring was cleared.
        self.overwrite(into_free);
        self.tally.calls += into_free as u64;
        let (failures, slow) = self.overwrite(over_others);
        self.tally.failures -= failures;
        self.tally.slow -= slow;
    }

    /// Writes so many successes, and returns how many failures and slow calls stood in their places.
    fn overwrite(&mut self, calls: usize) -> (u64, u64) {
        let (mut failures, mut slow, mut left) = (0, 0, calls);
        while left > 0 {
            let (word, bit) = (self.next / BITS, self.next % BITS);
            let run = left.min(BITS - bit).min(self.size - self.next);
            let mask = (u64::MAX >> (BITS - run)) << bit;
            failures += u64::from((self.failed[word] & mask).count_ones());
            slow += u64::from((self.slow[word] & mask).count_ones());
            self.failed[word] &= !mask;
            self.slow[word] &= !mask;
            self.next = (self.next + run) % self.size;
            left -= run;
        }
        (failures, slow)
    }

    pub(super) fn record(&mut self, failed: bool, slow: bool) {
        let (word, bit) = (self.next / BITS, 1 << (self.next % BITS));
        if self.tally.calls == self.size as u64 {
            self.tally.calls -= 1;
            self.tally.failures -= u64::from(self.failed[word] & bit != 0);
            self.tally.slow -= u64::from(self.slow[word] & bit != 0);
        }
        set(&mut self.failed[word], bit, failed);
        set(&mut self.slow[word], bit, slow);
        self.tally.add(1, failed, slow);
        self.next = (self.next + 1) % self.size;
    }

    pub(super) fn clear(&mut self) {
        // What stands in the ring is overwritten before it is read again.
        self.next = 0;
        self.tally = Tally::default();
    }

    pub(super) fn tally(&self) -> Tally {
        self.tally
    }
}

fn set(word: &mut u64, bit: u64, on: bool) {
    if on { *word |= bit } else { *word &= !bit }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_in_one_out_as_a_plain_queue_does() {
        for size in [1_u32, 2, 63, 64, 65, 100] {
            let mut window = CountWindow::new(size);
            let mut queue = std::collections::VecDeque::new();
            let mut random = 7_u64;
            for _ in 0..1000 {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let (failed, slow) = (random >> 40 & 1 == 1, random >> 41 & 1 == 1);
                window.record(failed, slow);
                queue.push_back((failed, slow));
                // Now and then some successes at once, and an empty window.
                let successes = if random >> 42 & 7 == 0 { random >> 50 & 0xff } else { 0 };
                window.successes(successes);
                queue.extend((0..successes).map(|_| (false, false)));
                while queue.len() > size as usize {
                    queue.pop_front();
                }
                if random >> 45 & 31 == 0 {
                    window.clear();
                    queue.clear();
                }
                let count = |f: fn(&(bool, bool)) -> bool| queue.iter().filter(|call| f(call)).count() as u64;
                let expected = Tally { calls: queue.len() as u64, failures: count(|c| c.0), slow: count(|c| c.1) };
                assert_eq!(window.tally(), expected);
            }
            window.successes(u64::MAX);
            assert_eq!(window.tally(), Tally { calls: size.into(), failures: 0, slow: 0 });
        }
    }
}
