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

    /// More than the ring holds push everything out, and the rest one another.
    pub(super) fn successes(&mut self, calls: u64) {
        for _ in 0..calls.min(self.size as u64) {
            self.record(false, false);
        }
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
                if queue.len() > size as usize {
                    queue.pop_front();
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
