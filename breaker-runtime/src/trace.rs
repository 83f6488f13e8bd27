//! What is told to `tracing`: nothing, without the feature of that name.
//!
//! With it, `integration::tracing` stands in this module's place.

use crate::{CircuitOpen, Conflict, Transition};

#[inline]
pub(crate) fn listens() -> bool {
    false
}

#[inline]
pub(crate) fn transition(_: &Transition) {}

#[inline]
pub(crate) fn conflict(_: &Conflict) {}

#[inline]
pub(crate) fn hears_refusals() -> bool {
    false
}

#[inline]
pub(crate) fn refused(_: &CircuitOpen) {}

#[inline]
pub(crate) fn records_outcomes() -> bool {
    false
}

#[inline]
pub(crate) fn outcome(_: &'static str) {}
