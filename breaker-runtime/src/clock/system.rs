//! The operating system's clocks.

use std::time::{Instant, SystemTime};

use once_cell::sync::Lazy;

use super::to_nanos;

/// How far the rough clock may be off, in nanoseconds: two ticks of the slowest kernel (100 a second), one for the
/// reading and one for the origin, and as much again.
pub(super) const TICKS: u64 = 40_000_000;

/// The same moment on both clocks.
struct Origin {
    precise: Instant,
    rough: rough::Instant,
}

static ORIGIN: Lazy<Origin> = Lazy::new(|| Origin { precise: now(), rough: rough::now() });

#[expect(clippy::disallowed_methods, reason = "this is the clock")]
fn now() -> Instant {
    Instant::now()
}

#[expect(clippy::disallowed_methods, reason = "this is the clock")]
pub(super) fn wall() -> SystemTime {
    SystemTime::now()
}

pub(super) fn nanos() -> u64 {
    // `duration_since` saturates at zero, so a clock that misbehaves is late, never a panic.
    to_nanos(now().duration_since(ORIGIN.precise))
}

pub(super) fn rough_nanos() -> u64 {
    rough::nanos_since(&ORIGIN.rough)
}

/// The kernel's copy of the monotonic clock as of its last tick, which is read without asking the hardware.
#[cfg(any(target_os = "linux", target_os = "android"))]
mod rough {
    pub(super) use coarsetime::Instant;

    pub(super) fn now() -> Instant {
        // `now` would write to a line that all threads share.
        Instant::now_without_cache_update()
    }

    pub(super) fn nanos_since(origin: &Instant) -> u64 {
        now().duration_since(*origin).as_nanos()
    }
}

/// Elsewhere there is only one.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod rough {
    pub(super) use super::{Instant, now};

    pub(super) fn nanos_since(origin: &Instant) -> u64 {
        super::to_nanos(now().duration_since(*origin))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rough_clock_keeps_to_its_bound() {
        for _ in 0..100_000 {
            let (before, rough, after) = (nanos(), rough_nanos(), nanos());
            assert!(rough.saturating_add(TICKS) >= before && rough <= after + TICKS, "{before} {rough} {after}");
        }
    }
}
