//! What can go wrong for who uses a fleet.

use std::fmt;

use crate::{escaped::Escaped, fleet::engine::EngineError};

/// Why a [`Fleet`](crate::fleet::Fleet) did not start, or did not do what it was asked for.
///
/// ```
/// use breaker_runtime::fleet::{Fleet, FleetError};
///
/// let error = Fleet::builder("redis://cache:6379").start().unwrap_err();
/// assert_eq!(error.to_string(), "`namespace` is missing: write the name of your service");
/// assert!(matches!(error, FleetError::Option(_)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FleetError {
    /// An option that cannot be, in words.
    Option(String),
    /// There is no connection to the engine; nothing was changed.
    Unreachable,
    /// The engine did not answer in time: whether anything was changed is not known.
    TimedOut,
    /// The engine declined, in its own words.
    Declined(String),
    /// The fleet has ended.
    Ended,
}

impl fmt::Display for FleetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Option(what) => f.write_str(what),
            Self::Unreachable => f.write_str("the fleet is not connected to its engine"),
            Self::TimedOut => f.write_str("the fleet's engine did not answer in time"),
            Self::Declined(why) => write!(f, "the fleet's engine declined: {}", Escaped(why)),
            Self::Ended => f.write_str("the fleet has ended"),
        }
    }
}

impl std::error::Error for FleetError {}

impl From<EngineError> for FleetError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::TimedOut => Self::TimedOut,
            EngineError::Disconnected(_) => Self::Unreachable,
            EngineError::Malformed => Self::Declined(error.to_string()),
            EngineError::Declined(why) => Self::Declined(why),
        }
    }
}
