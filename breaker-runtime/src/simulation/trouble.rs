//! When the dependency failed, whatever the breaker made of it.

use std::time::Duration;

use super::call::Quality;

/// A bad call weighs this much; a good one takes 1 away.
const BAD: u32 = 4;
/// Five bad calls in a row, or a share of more than a fifth for a while.
const OUTAGE: u32 = 5 * BAD;
/// An outage is over after so many good calls in a row at the latest. Higher, so that chance does not split a long one in
/// which a third of the calls fail.
const MOST: u32 = 20 * BAD;

/// Stretches in which bad calls outweigh the good ones.
///
/// This is the cumulative sum of the theory of quality control: each bad call adds [`BAD`], each good one takes 1 away, and
/// the sum stays between 0 and [`MOST`]. A trouble begins where the sum leaves 0. It ends with the first good call after the
/// sum was highest, which is known only later, when the sum is 0 again.
#[derive(Default)]
pub(super) struct Troubles {
    found: Vec<Trouble>,
    sum: u32,
}

/// The times are those at which calls began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    pub(super) begins: Duration,
    /// `None`: no good call after the sum was highest.
    pub(super) ends: Option<Duration>,
    highest: u32,
}

impl Trouble {
    /// Whether it is worth calling an outage, also if the circuit never opened.
    pub(super) fn is_outage(&self) -> bool {
        self.highest >= OUTAGE
    }
}

impl Troubles {
    /// Calls come in the order in which they began.
    pub(super) fn see(&mut self, at: Duration, quality: Quality) {
        match quality {
            Quality::Neither => {}
            Quality::Bad => self.bad(at),
            Quality::Good => self.good(at),
        }
    }

    fn bad(&mut self, at: Duration) {
        if self.sum == 0 {
            self.found.push(Trouble { begins: at, ends: None, highest: 0 });
        }
        self.sum = (self.sum + BAD).min(MOST);
        if let Some(trouble) = self.found.last_mut().filter(|t| self.sum > t.highest || self.sum == MOST) {
            trouble.highest = self.sum;
            trouble.ends = None;
        }
    }

    fn good(&mut self, at: Duration) {
        let Some(left) = self.sum.checked_sub(1) else { return };
        self.sum = left;
        if let Some(trouble) = self.found.last_mut() {
            trouble.ends = trouble.ends.or(Some(at));
        }
    }

    /// In the order of their beginnings.
    pub(super) fn all(&self) -> &[Trouble] {
        &self.found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `x` is a bad call, `.` a good one, `-` neither; one a second.
    fn troubles(calls: &str) -> Vec<(u64, Option<u64>, bool)> {
        let mut troubles = Troubles::default();
        for (second, call) in (0..).zip(calls.chars()) {
            let quality = match call {
                'x' => Quality::Bad,
                '.' => Quality::Good,
                _ => Quality::Neither,
            };
            troubles.see(Duration::from_secs(second), quality);
        }
        let shown = |t: &Trouble| (t.begins.as_secs(), t.ends.map(|at| at.as_secs()), t.is_outage());
        troubles.all().iter().map(shown).collect()
    }

    #[test]
    fn five_bad_calls_in_a_row_are_an_outage_and_four_are_not() {
        assert_eq!(troubles("..xxxxx..."), [(2, Some(7), true)]);
        assert_eq!(troubles("..xxxx...."), [(2, Some(6), false)]);
        assert_eq!(troubles("--xx-xx-x-."), [(2, Some(10), true)]);
        assert_eq!(troubles("xxxxxx"), [(0, None, true)]);
    }

    #[test]
    fn a_single_failure_after_an_outage_does_not_move_its_end() {
        assert_eq!(troubles("xxxxxx....x...."), [(0, Some(6), true)]);
    }

    #[test]
    fn good_calls_part_two_troubles() {
        assert_eq!(troubles("x....x...x...."), [(0, Some(1), false), (5, Some(10), false)]);
        let long = format!("{}{}x", "x".repeat(1000), ".".repeat(80));
        assert_eq!(troubles(&long), [(0, Some(1000), true), (1080, None, false)]);
    }

    #[test]
    fn a_third_of_bad_calls_is_one_outage() {
        let calls = "x..".repeat(500) + &".".repeat(100);
        let [(0, Some(ends), true)] = troubles(&calls)[..] else { panic!("{:?}", troubles(&calls)) };
        assert!((1495..=1500).contains(&ends), "{ends}");
    }
}
