//! Durations as the clocks count them.

use std::time::{Duration, SystemTime};

/// A duration in nanoseconds; more than 584 years is [`u64::MAX`], which no clock reaches.
pub(crate) fn to_nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// The nanoseconds since 1970. A day before is a clock that was never set.
pub(crate) fn since_epoch(wall: SystemTime) -> u64 {
    wall.duration_since(SystemTime::UNIX_EPOCH).map_or(0, to_nanos)
}
