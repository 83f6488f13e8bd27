//! The fleet's own clock. Waits of the fleet pass in real time, whatever clock a breaker has.

use std::{
    sync::OnceLock,
    time::{Duration, Instant, SystemTime},
};

/// Far from zero, so that moments from before the process began are moments too.
const ORIGIN: u64 = 1 << 40;

/// Monotonic milliseconds, the same for the whole process.
pub(crate) fn now() -> u64 {
    ORIGIN + u64::try_from(elapsed().as_millis()).unwrap_or(u64::MAX >> 2)
}

#[expect(clippy::disallowed_methods, reason = "this is the fleet's clock")]
fn elapsed() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

/// The time of day, for reports only.
#[expect(clippy::disallowed_methods, reason = "this is the fleet's clock")]
pub(crate) fn wall() -> SystemTime {
    SystemTime::now()
}
