//! Durations as the clocks count them.

use std::time::Duration;

/// A duration in nanoseconds; more than 584 years is [`u64::MAX`], which no clock reaches.
pub(crate) fn to_nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
