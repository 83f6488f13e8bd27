//! The last N calls: one in, one out.

use super::tally::Tally;

const BITS: usize = u64::BITS as usize;

/// A ring of two bits a call, so that what leaves is known and the memory is N/4 bytes.
#[derive(Debug)]
pub(crate) struct CountWindow {
    size: usize,
    /// Where the next call goes; once the ring is full, also the oldest.
    next: usize,
    ring: Box<[Word]>,
    tally: Tally,
}

/// 64 calls, a bit of each word for one.
#[derive(Clone, Copy, Debug, Default)]
struct Word {
    failed: u64,
    slow: u64,
}

impl CountWindow {
    pub(super) fn new(calls: u32) -> Self {
        let size = calls as usize;
        let ring = vec![Word::default(); size.div_ceil(BITS)].into();
        Self { size, next: 0, ring, tally: Tally::default() }
    }

    /// Takes many successes at once, a word of the ring at a time: ten million may have been deferred.
    pub(super) fn successes(&mut self, calls: u64) {
        if calls == 1 {
            // As it is where every other call fails.
            return self.record(false, false);
        }
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
            let word = &mut self.ring[word];
            failures += u64::from((word.failed & mask).count_ones());
            slow += u64::from((word.slow & mask).count_ones());
            word.failed &= !mask;
            word.slow &= !mask;
            self.advance(run);
            left -= run;
        }
        (failures, slow)
    }

    pub(super) fn record(&mut self, failed: bool, slow: bool) {
        let bit = self.next % BITS;
        let word = &mut self.ring[self.next / BITS];
        if self.tally.calls == self.size as u64 {
            self.tally.calls -= 1;
            self.tally.failures -= word.failed >> bit & 1;
            self.tally.slow -= word.slow >> bit & 1;
        }
        word.failed = word.failed & !(1 << bit) | u64::from(failed) << bit;
        word.slow = word.slow & !(1 << bit) | u64::from(slow) << bit;
        self.tally.add(1, failed, slow);
        self.advance(1);
    }

    /// Moves on by so many places, at most to the ring's end.
    fn advance(&mut self, places: usize) {
        self.next += places;
        // No remainder: a division takes longer than all the rest.
        if self.next == self.size {
            self.next = 0;
        }
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
