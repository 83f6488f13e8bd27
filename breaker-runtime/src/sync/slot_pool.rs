//! Small numbers that are lent, each to one holder at a time.

use super::{AtomicU32, Ordering};

/// A bit for each number that is lent.
#[derive(Debug)]
pub(super) struct SlotPool {
    lent: AtomicU32,
}

impl SlotPool {
    /// How many there are.
    #[cfg(not(all(test, loom)))]
    pub(super) const COUNT: usize = u32::BITS as usize;

    #[cfg(not(all(test, loom)))]
    pub(super) const fn new() -> Self {
        Self { lent: AtomicU32::new(0) }
    }

    #[cfg(all(test, loom))]
    pub(super) fn new() -> Self {
        Self { lent: AtomicU32::new(0) }
    }

    /// The lowest that is free.
    pub(super) fn take(&self) -> Option<usize> {
        let mut lent = self.lent.load(Ordering::Relaxed);
        loop {
            let number = lent.trailing_ones();
            let bit = 1_u32.checked_shl(number)?;
            // Acquire: what its last holder wrote is this one's to go on from.
            match self.lent.compare_exchange_weak(lent, lent | bit, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return Some(number as usize),
                Err(changed) => lent = changed,
            }
        }
    }

    pub(super) fn give_back(&self, number: usize) {
        self.lent.fetch_and(!(1 << number), Ordering::Release);
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_was_given_back_is_lent_again() {
        let numbers = SlotPool::new();
        let lent: Vec<_> = (0..SlotPool::COUNT).map_while(|_| numbers.take()).collect();
        assert_eq!((lent, numbers.take()), ((0..SlotPool::COUNT).collect(), None));
        for number in [7, 0, SlotPool::COUNT - 1] {
            numbers.give_back(number);
            assert_eq!((numbers.take(), numbers.take()), (Some(number), None));
        }
    }
}

#[cfg(all(test, loom))]
mod loom_tests {
    use loom::sync::{Arc, atomic::AtomicU64};

    use super::*;

    /// Each holder writes without a locked instruction, and none of the writes is lost.
    #[test]
    fn what_one_holder_wrote_the_next_one_goes_on_from() {
        loom::model(|| {
            let (numbers, counts) = (Arc::new(SlotPool::new()), Arc::new([AtomicU64::new(0), AtomicU64::new(0)]));
            let hold = |numbers: &SlotPool, counts: &[AtomicU64; 2]| {
                let number = numbers.take().unwrap();
                let count = counts[number].load(Ordering::Relaxed);
                counts[number].store(count + 1, Ordering::Relaxed);
                numbers.give_back(number);
            };
            let other = {
                let (numbers, counts) = (Arc::clone(&numbers), Arc::clone(&counts));
                loom::thread::spawn(move || hold(&numbers, &counts))
            };
            hold(&numbers, &counts);
            other.join().unwrap();
            assert_eq!(counts.iter().map(|count| count.load(Ordering::Relaxed)).sum::<u64>(), 2);
        });
    }
}
