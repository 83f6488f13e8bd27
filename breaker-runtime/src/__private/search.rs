//! Where the judgement looks for the rejection of a breaker further in.

use crate::error::CircuitOpen;

/// Finds the rejection that the error of a value is, or was caused by.
pub trait Search<R>: Copy {
    /// The rejection, if there is one.
    fn rejection(self, value: &R) -> Option<&CircuitOpen>;
}
