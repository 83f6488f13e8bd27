//! The whole state of a breaker in one word, so that every step is one atomic step.

use crate::state::State;

/// ```text
///  63   61 60              29 28                0
/// ┌───────┬──────────────────┬──────────────────┐
/// │ state │ streak           │ generation       │  closed, metrics only
/// ├───────┼────────┬─────────┼──────────────────┤
/// │ state │ permits│successes│ generation       │  half-open: permits left, successes so far
/// ├───────┼────────┴─────────┼──────────────────┤
/// │ state │ 0                │ generation       │  forced open, disabled
/// ├───────┼──────────────────┴──────────────────┤
/// │ state │ deadline                            │  open: clock nanoseconds (73 years); all ones is never
/// └───────┴─────────────────────────────────────┘
/// ```
///
/// Each transition starts a new generation, and a permit carries the one that it was issued in: a result of an older
/// generation is recognised and changes nothing. An open breaker issues no permits, so it needs no generation and its
/// deadline takes the room: state and deadline cannot be seen apart. The generation wraps after 2^29 transitions.
///
/// The closed state has three numbers, one for each kind of [`Closed`]. The plain one is 0 and the generation stands lowest, so
/// that *closed, plain, and without a failure to forget* is one comparison of the word with a small number. The whole word
/// is then the ticket.
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
const GENERATION: u64 = (1 << COUNTS_SHIFT) - 1;
/// The streak, or permits and successes: 32 bits.
const COUNTS: u64 = DEADLINE ^ GENERATION;
/// The successes of a half-open episode.
const SUCCESSES: u64 = (1 << PERMITS_SHIFT) - (1 << COUNTS_SHIFT);
/// In a counter beside the word, a generation stands above 32 bits of count.
const TAG_SHIFT: u32 = 32;

// The closed states come first: `admits_fast` and `is_clean` are one comparison each.
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

/// The state and generation that a permit was issued in. Of a closed circuit the streak of the moment stands between them,
/// and means nothing.
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
    #[inline]
    pub(crate) fn is_probe(self) -> bool {
        // First what no ticket of a closed circuit has.
        (self.0 as i64) < 0 && self.is_of_half_open()
    }

    #[cold]
    fn is_of_half_open(self) -> bool {
        self.0 >> STATE_SHIFT == HALF_OPEN
    }

    #[inline]
    pub(crate) const fn generation(self) -> Generation {
        Generation(self.0 & GENERATION)
    }

    /// Returns the ticket of a call that rides on a probe with this one. No word ever issues it: an open circuit issues no
    /// tickets.
    pub(crate) const fn of_rider(self) -> Self {
        Self(OPEN << STATE_SHIFT | self.generation().0)
    }

    pub(crate) const fn is_rider(self) -> bool {
        self.0 >> STATE_SHIFT == OPEN
    }
}

impl Word {
    const fn pack(state: u64, generation: Generation, counts: u64) -> Self {
        Self(state << STATE_SHIFT | counts << COUNTS_SHIFT | generation.0)
    }

    pub(crate) const fn closed(generation: Generation, closed: Closed) -> Self {
        let state = match closed {
            Closed::Plain => CLOSED_PLAIN,
            Closed::Tracked => CLOSED_TRACKED,
            Closed::Timed => CLOSED_TIMED,
        };
        Self::pack(state, generation, 0)
    }

    pub(crate) const fn half_open(generation: Generation, permits: u16) -> Self {
        Self::pack(HALF_OPEN, generation, 0).with_permits(permits)
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
        Self::pack(state, generation, 0)
    }

    #[inline]
    pub(crate) const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    #[inline]
    pub(crate) const fn bits(self) -> u64 {
        self.0
    }

    /// Closed, and an admission has nothing to do.
    #[inline]
    pub(crate) const fn admits_fast(self) -> bool {
        self.0 >> STATE_SHIFT <= CLOSED_TRACKED
    }

    /// Plain, and in the ticket's own generation: a success is only totalled.
    #[inline]
    pub(crate) const fn settles_fast(self, ticket: Ticket) -> bool {
        // No bit differs, and none stands above the generation.
        self.0 == ticket.0 && ticket.0 <= GENERATION
    }

    /// Closed, in the ticket's own generation, and without a failure to forget.
    #[inline]
    pub(crate) const fn is_clean(self, ticket: Ticket) -> bool {
        self.0 == ticket.0 & !COUNTS && self.0 >> STATE_SHIFT <= CLOSED_TIMED
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

    /// What a permit issued now would carry. Two of one stay in a state are equal.
    pub(crate) const fn ticket(self) -> Ticket {
        Ticket(self.0 & !COUNTS)
    }

    /// As [`ticket`](Self::ticket), where nobody compares two of them: as it is.
    #[inline]
    pub(crate) const fn closed_ticket(self) -> Ticket {
        Ticket(self.0)
    }

    /// Whether a permit is of this very stay in this state.
    pub(crate) const fn issued(self, ticket: Ticket) -> bool {
        // An open word's deadline may look like a rider's ticket.
        (self.0 ^ ticket.0) & !COUNTS == 0 && self.0 >> STATE_SHIFT != OPEN
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
            let word = clean.with_streak(u32::MAX);
            assert_eq!((word.state(), word.streak()), (State::Closed, u32::MAX));
            assert!(word.issued(clean.ticket()));
            assert!(clean.is_clean(clean.ticket()) && !word.is_clean(clean.ticket()));
            assert_eq!(clean.admits_fast(), closed != Closed::Timed);
            assert_eq!(clean.settles_fast(clean.closed_ticket()), closed == Closed::Plain);
            // The streak of the moment does not matter.
            assert!(clean.issued(word.closed_ticket()) && clean.is_clean(word.closed_ticket()));
            assert!(!word.settles_fast(word.closed_ticket()));
            assert_eq!(word.closed_ticket().generation(), generation);
            assert!(!word.closed_ticket().is_probe());
        }

        let word = Word::half_open(generation, u16::MAX).with_successes(7);
        assert_eq!((word.state(), word.permits(), word.successes()), (State::HalfOpen, u16::MAX, 7));
        let word = word.with_permits(0);
        assert_eq!((word.permits(), word.successes()), (0, 7));
        assert!(!word.issued(Word::closed(generation, Closed::Plain).ticket()));
        let (probe, rider) = (word.ticket(), word.ticket().of_rider());
        assert!(probe.is_probe() && !probe.is_rider() && rider.is_rider() && !rider.is_probe());
        assert_eq!(rider.generation(), generation);
        assert!(!Word::open(generation.number()).issued(rider));
        assert!(!Word::forced(generation, State::Disabled).ticket().is_probe());
    }

    #[test]
    fn a_generation_wraps_within_its_bits() {
        let last = Generation(GENERATION);
        assert_eq!(last.next(), Generation::FIRST);
        assert!(Generation::FIRST.is_after(last) && !last.is_after(Generation::FIRST) && !last.is_after(last));
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
