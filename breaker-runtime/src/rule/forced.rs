//! Forced states: who forces what, and who stands over whom.

use crate::state::State;

/// A state that time and results do not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ForcedMode {
    Open,
    Disabled,
    MetricsOnly,
}

impl ForcedMode {
    pub(crate) const fn state(self) -> State {
        match self {
            Self::Open => State::ForcedOpen,
            Self::Disabled => State::Disabled,
            Self::MetricsOnly => State::MetricsOnly,
        }
    }
}

/// Who may force a state. An earlier one stands over a later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A control of the breaker.
    Hand,
    /// An override of the fleet.
    Fleet,
    /// A settings file.
    File,
}

/// What each source forces at present. Each lifts only its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Forced([Option<ForcedMode>; 3]);

impl Forced {
    /// Returns what holds: the first source that forces anything.
    pub(crate) fn mode(self) -> Option<ForcedMode> {
        self.0.into_iter().flatten().next()
    }

    pub(crate) fn by(self, source: Source) -> Option<ForcedMode> {
        self.0[source as usize]
    }

    #[must_use]
    pub(crate) fn with(mut self, source: Source, mode: Option<ForcedMode>) -> Self {
        self.0[source as usize] = mode;
        self
    }

    /// Returns what `reset` leaves: a hand and a file are lifted, the fleet is not this node's to lift.
    #[must_use]
    pub(crate) fn after_reset(self) -> Self {
        Self::default().with(Source::Fleet, self.by(Source::Fleet))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hand_stands_over_the_fleet_and_the_fleet_over_a_file() {
        let forced = Forced::default().with(Source::File, Some(ForcedMode::Disabled));
        assert_eq!(forced.mode(), Some(ForcedMode::Disabled));
        let forced =
            forced.with(Source::Hand, Some(ForcedMode::MetricsOnly)).with(Source::Fleet, Some(ForcedMode::Open));
        assert_eq!(forced.mode(), Some(ForcedMode::MetricsOnly));
        assert_eq!(forced.with(Source::Hand, None).mode(), Some(ForcedMode::Open));
        assert_eq!(forced.after_reset().mode(), Some(ForcedMode::Open));
        assert_eq!(forced.after_reset().with(Source::Fleet, None).mode(), None);
    }
}
