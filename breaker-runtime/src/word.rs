//! The whole state of a breaker in one word, so that every step is one atomic step.

use crate::state::State;

/// ```text
///  63   61 60              29  28  27           0
/// ┌───────┬──────────────────┬───┬──────────────┐
/// │ state │ streak           │ 0 │ generation   │  closed, metrics only
/// ├───────┼────────┬─────────┼───┼──────────────┤
/// │ state │ permits│successes│ 0 │ generation   │  half-open: permits left, successes so far
/// ├───────┼────────┴─────────┼───┼──────────────┤
/// │ state │ 0                │ 0 │ generation   │  forced open, disabled
/// ├───────┼──────────────────┴───┴──────────────┤
/// │ state │ deadline                            │  open: clock nanoseconds (73 years); all ones is never
/// └───────┴─────────────────────────────────────┘
/// ```
///
/// Each transition starts a new generation, and a permit carries the one that it was issued in: a result of an older
/// generation is recognised and changes nothing. An open breaker issues no permits, so it needs no generation and its
/// deadline takes the room: state and deadline cannot be seen apart. The generation wraps after 2^28 transitions.
///
/// The closed state has three numbers, one for each kind of [`Closed`]. The plain one is 0 and the generation stands lowest, so
/// that *closed, plain, and without a failure to forget* is one comparison of the word with a small number. The whole word
/// is then the ticket, and a success is only totalled if the word is still the same. In every other ticket bit 28 is set,
/// which no word of a state that issues tickets has: so that one comparison is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word(u64);

/// The state stands in the top three bits, so that states compare as numbers.
const STATE_SHIFT: u32 = 61;
/// The counts stand above the generation.
const COUNTS_SHIFT: u32 = 29;
/// The permits stand above the 16 bits of successes.
const PERMITS_SHIFT: u32 = COUNTS_SHIFT + 16;
/// Everything below the state: the deadline of an open circuit.
const DEADLINE: u64 = (1 << STATE_SHIFT) - 1;
/// The deadline of a breaker that never recovers by itself.
const NEVER: u64 = DEADLINE;
const GENERATION: u64 = (1 << 28) - 1;
/// In a ticket: more has to be done at the end of the call than to total a success.
const ATTENTIVE: u64 = 1 << 28;
/// The streak, or permits and successes: 32 bits.
const COUNTS: u64 = DEADLINE ^ GENERATION ^ ATTENTIVE;
/// State and generation, which name a stay in one state.
const STAY: u64 = !(COUNTS | ATTENTIVE);
/// The successes of a half-open episode.
const SUCCESSES: u64 = (1 << PERMITS_SHIFT) - (1 << COUNTS_SHIFT);
/// In a counter beside the word, a generation stands above 32 bits of count.
const TAG_SHIFT: u32 = 32;

// The closed states come first, so that what holds for several of them is one comparison.
const CLOSED_PLAIN: u64 = 0;
const CLOSED_TRACKED: u64 = 1;
const CLOSED_TIMED: u64 = 2;
const METRICS_ONLY: u64 = 3;
// With the top bit: the tickets that a call looks at more closely.
const HALF_OPEN: u64 = 4;
const OPEN: u64 = 5;
const FORCED_OPEN: u64 = 6;
const DISABLED: u64 = 7;

/// The kinds of closed circuit, by what a call needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Closed {
    /// A success is totalled, and nothing else.
    Plain,
    /// The end of a call matters: a window records it, or a span is told of it.
    Tracked,
    /// A call is timed from its admission.
    Timed,
}

/// The state and generation that a permit was issued in, and what is to be done at the end of its call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ticket(u64);

/// The number of a stay in one state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Generation(u64);

impl Generation {
    pub(crate) const FIRST: Self = Self(0);

    const LAST: u64 = GENERATION;

    pub(crate) const fn next(self) -> Self {
        Self((self.0 + 1) & Self::LAST)
    }

    pub(crate) const fn number(self) -> u64 {
        self.0
    }

    pub(crate) const fn from_number(number: u64) -> Self {
        Self(number)
    }

    /// This generation over a count of 32 bits, for a counter that starts anew with each.
    #[inline]
    pub(crate) const fn tag(self, count: u32) -> u64 {
        self.0 << TAG_SHIFT | count as u64
    }

    /// The tag and the count again.
    #[inline]
    pub(crate) const fn untag(tagged: u64) -> (Self, u32) {
        (Self(tagged >> TAG_SHIFT), tagged as u32)
    }

    /// Whether this generation came after that one. Half of all are after, half before, since they wrap.
    pub(crate) const fn is_after(self, other: Self) -> bool {
        let ahead = self.0.wrapping_sub(other.0) & Self::LAST;
        ahead != 0 && ahead <= Self::LAST / 2
    }
}

impl Ticket {
    /// Whether it is the ticket of a half-open probe.
    pub(crate) const fn is_probe(self) -> bool {
        self.0 >> STATE_SHIFT == HALF_OPEN
    }

    /// Whether it is worth asking [`is_probe`](Self::is_probe): not for the tickets of a circuit that is closed or metrics-only.
    #[inline]
    pub(crate) const fn may_be_probe(self) -> bool {
        self.0 >> (STATE_SHIFT + 2) != 0
    }

    #[inline]
    pub(crate) const fn generation(self) -> Generation {
        Generation(self.0 & GENERATION)
    }

    /// Returns the ticket of a call that rides on a probe with this one. No word ever issues it: a circuit that is forced open
    /// issues no tickets.
    pub(crate) const fn of_rider(self) -> Self {
        Self(FORCED_OPEN << STATE_SHIFT | ATTENTIVE | self.generation().0)
    }

    /// Whether it is the ticket of a call that rides on a probe.
    pub(crate) const fn is_rider(self) -> bool {
        self.0 >> STATE_SHIFT == FORCED_OPEN
    }
}

impl Word {
    /// Without counts.
    const fn pack(state: u64, generation: Generation) -> Self {
        Self(state << STATE_SHIFT | generation.0)
    }

    pub(crate) const fn closed(generation: Generation, closed: Closed) -> Self {
        let state = match closed {
            Closed::Plain => CLOSED_PLAIN,
            Closed::Tracked => CLOSED_TRACKED,
            Closed::Timed => CLOSED_TIMED,
        };
        Self::pack(state, generation)
    }

    pub(crate) const fn half_open(generation: Generation, permits: u16) -> Self {
        Self::pack(HALF_OPEN, generation).with_permits(permits)
    }

    /// Open until the clock reads `deadline`; what does not fit is never.
    pub(crate) const fn open(deadline: u64) -> Self {
        Self(OPEN << STATE_SHIFT | if deadline < NEVER { deadline } else { NEVER })
    }

    /// A state that time and results do not change: forced open, disabled or metrics only.
    pub(crate) const fn forced(generation: Generation, state: State) -> Self {
        let state = match state {
            State::Disabled => DISABLED,
            State::MetricsOnly => METRICS_ONLY,
            _ => FORCED_OPEN,
        };
        Self::pack(state, generation)
    }

    #[inline]
    pub(crate) const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    #[inline]
    pub(crate) const fn bits(self) -> u64 {
        self.0
    }

    /// The ticket of a call that is admitted without more ado. The first test is of a circuit that is closed, plain, and has
    /// no failure to forget; the second is inline too, since calls with a window come there.
    #[inline]
    pub(crate) const fn admits_fast(self) -> Option<Ticket> {
        if self.0 <= GENERATION {
            Some(Ticket(self.0))
        } else if self.0 >> STATE_SHIFT <= CLOSED_TRACKED {
            // The streak of the moment stands in it too, and means nothing.
            Some(Ticket(self.0 | ATTENTIVE))
        } else {
            None
        }
    }

    /// Whether a success of this ticket is only totalled: the circuit was plain and without a failure to forget, and still is,
    /// in the same generation.
    #[inline]
    pub(crate) const fn settles_fast(self, ticket: Ticket) -> bool {
        self.0 == ticket.0
    }

    /// Closed, in the ticket's own generation, and without a failure to forget.
    #[inline]
    pub(crate) const fn is_clean(self, ticket: Ticket) -> bool {
        self.0 == ticket.0 & STAY && self.0 >> STATE_SHIFT <= CLOSED_TIMED
    }

    /// Whether results are counted in this state: in the streak, and in the window if there is one.
    pub(crate) const fn is_counted(self) -> bool {
        matches!(self.state(), State::Closed | State::MetricsOnly)
    }

    pub(crate) const fn state(self) -> State {
        match self.0 >> STATE_SHIFT {
            CLOSED_PLAIN | CLOSED_TRACKED | CLOSED_TIMED => State::Closed,
            HALF_OPEN => State::HalfOpen,
            OPEN => State::Open,
            FORCED_OPEN => State::ForcedOpen,
            DISABLED => State::Disabled,
            _ => State::MetricsOnly,
        }
    }

    /// What a permit issued now would carry, if the end of its call needs attention. Two of one stay in a state are equal.
    #[inline]
    pub(crate) const fn ticket(self) -> Ticket {
        Ticket(self.0 & STAY | ATTENTIVE)
    }

    /// Whether a permit is of this very stay in this state.
    pub(crate) const fn issued(self, ticket: Ticket) -> bool {
        // A forced word may look like a rider's ticket.
        (self.0 ^ ticket.0) & STAY == 0 && self.0 >> STATE_SHIFT != FORCED_OPEN
    }

    /// The kind of closed circuit that this is; `None` in another state.
    pub(crate) const fn closed_kind(self) -> Option<Closed> {
        match self.0 >> STATE_SHIFT {
            CLOSED_PLAIN => Some(Closed::Plain),
            CLOSED_TRACKED => Some(Closed::Tracked),
            CLOSED_TIMED => Some(Closed::Timed),
            _ => None,
        }
    }

    /// Consecutive failures while closed or metrics-only.
    pub(crate) const fn streak(self) -> u32 {
        if self.is_counted() { (self.0 >> COUNTS_SHIFT) as u32 } else { 0 }
    }

    pub(crate) const fn with_streak(self, streak: u32) -> Self {
        Self(self.0 & !COUNTS | (streak as u64) << COUNTS_SHIFT)
    }

    /// Permits that a half-open breaker has left.
    pub(crate) const fn permits(self) -> u16 {
        match self.state() {
            State::HalfOpen => (self.0 >> PERMITS_SHIFT) as u16,
            _ => 0,
        }
    }

    /// Successes of a half-open episode.
    pub(crate) const fn successes(self) -> u16 {
        match self.state() {
            State::HalfOpen => (self.0 >> COUNTS_SHIFT) as u16,
            _ => 0,
        }
    }

    pub(crate) const fn with_permits(self, permits: u16) -> Self {
        Self(self.0 & !(COUNTS ^ SUCCESSES) | (permits as u64) << PERMITS_SHIFT)
    }

    pub(crate) const fn with_successes(self, successes: u16) -> Self {
        Self(self.0 & !SUCCESSES | (successes as u64) << COUNTS_SHIFT)
    }

    /// When the wait of an open breaker is over.
    pub(crate) const fn deadline(self) -> u64 {
        self.0 & DEADLINE
    }

    /// Whether an open breaker's wait is over.
    pub(crate) const fn is_due(self, now: u64) -> bool {
        self.deadline() != NEVER && now >= self.deadline()
    }

    /// What is left of an open breaker's wait; `None` if it never ends.
    pub(crate) const fn wait_left(self, now: u64) -> Option<u64> {
        if self.deadline() == NEVER { None } else { Some(self.deadline().saturating_sub(now)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_keeps_to_its_bits() {
        let mut generation = Generation::FIRST;
        for _ in 0..5 {
            generation = generation.next();
        }
        for closed in [Closed::Plain, Closed::Tracked, Closed::Timed] {
            let clean = Word::closed(generation, closed);
            let failed = clean.with_streak(u32::MAX);
            assert_eq!((failed.state(), failed.streak()), (State::Closed, u32::MAX));
            for word in [clean, failed] {
                assert_eq!(word.admits_fast().is_some(), closed != Closed::Timed);
                for ticket in [word.admits_fast().unwrap_or(word.ticket()), word.ticket()] {
                    assert!(clean.issued(ticket) && failed.issued(ticket));
                    assert!(clean.is_clean(ticket) && !failed.is_clean(ticket));
                    assert_eq!(ticket.generation(), generation);
                    assert!(!ticket.is_probe() && !failed.settles_fast(ticket) && !clean.settles_fast(word.ticket()));
                }
            }
            let fast = clean.admits_fast().is_some_and(|ticket| clean.settles_fast(ticket));
            assert_eq!(fast, closed == Closed::Plain);
        }

        let word = Word::half_open(generation, u16::MAX).with_successes(7);
        assert_eq!((word.state(), word.permits(), word.successes()), (State::HalfOpen, u16::MAX, 7));
        let word = word.with_permits(0);
        assert_eq!((word.permits(), word.successes()), (0, 7));
        assert!(!word.issued(Word::closed(generation, Closed::Plain).ticket()));
        let (probe, rider) = (word.ticket(), word.ticket().of_rider());
        assert!(probe.is_probe() && !probe.is_rider() && rider.is_rider() && !rider.is_probe());
        assert_eq!(rider.generation(), generation);
        let forced = Word::forced(generation, State::ForcedOpen);
        assert!(!forced.issued(rider) && !forced.settles_fast(rider));
        assert!(!Word::forced(generation, State::Disabled).ticket().is_probe());
    }

    #[test]
    fn a_generation_wraps_within_its_bits() {
        let last = Generation(GENERATION);
        assert_eq!(last.next(), Generation::FIRST);
        assert!(Generation::FIRST.is_after(last) && !last.is_after(Generation::FIRST) && !last.is_after(last));
        let (half, more) = (Generation(GENERATION / 2), Generation(GENERATION / 2 + 1));
        assert!(half.is_after(Generation::FIRST) && !more.is_after(Generation::FIRST));
        assert_eq!(Generation::untag(last.tag(u32::MAX)), (last, u32::MAX));
        assert_eq!(Word::half_open(last, 1).ticket().generation(), last);
        assert_eq!(Word::half_open(last, 1).state(), State::HalfOpen);
    }

    #[test]
    fn a_deadline_past_the_range_is_never() {
        assert_eq!(Word::open(u64::MAX).wait_left(0), None);
        assert!(!Word::open(u64::MAX).is_due(u64::MAX));
        assert_eq!(Word::open(5).state(), State::Open);
        assert!(Word::open(5).is_due(5) && !Word::open(5).is_due(4));
    }
}
