//! Without the feature `tracing` nothing is told: every question is answered by a constant.

use crate::{conflict::Conflict, error::CircuitOpen, transition::Transition};

#[inline]
pub(crate) fn hears_transitions() -> bool {
    false
}

#[inline]
pub(crate) fn transition(_: &Transition) {}

#[inline]
pub(crate) fn conflict(_: &Conflict) {}

#[inline]
pub(crate) fn hears_rejections() -> bool {
    false
}

#[inline]
pub(crate) fn rejected(_: &CircuitOpen) {}

#[cfg(feature = "macros")]
#[inline]
pub(crate) fn rejected_by_itself(_: &str) {}

#[inline]
pub(crate) fn records_outcomes() -> bool {
    false
}

#[inline]
pub(crate) fn outcome(_: &'static str) {}

#[cfg(feature = "redis")]
#[inline]
pub(crate) fn fleet(_: &str, _: &crate::fleet::Notice) {}
