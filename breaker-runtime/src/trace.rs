//! What is told to the `tracing` crate: events with its feature, nothing without.

#[cfg(feature = "tracing")]
mod events;
#[cfg(not(feature = "tracing"))]
mod silent;

#[cfg(feature = "tracing")]
use self::events as imp;
#[cfg(not(feature = "tracing"))]
use self::silent as imp;

#[cfg(feature = "tracing")]
pub use self::events::{OUTCOME, record_outcomes};
#[cfg(feature = "macros")]
pub(crate) use self::imp::rejected_by_itself;
// One list, so that a function that one of the two lacks is an error.
#[cfg(feature = "redis")]
pub(crate) use self::imp::fleet;
pub(crate) use self::imp::{
    conflict, hears_rejections, hears_transitions, outcome, records_outcomes, rejected, transition,
};
