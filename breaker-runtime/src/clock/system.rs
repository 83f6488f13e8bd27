//! The operating system's clocks.

pub(super) use imp::{coarse_nanos, coarse_wall_nanos, nanos, wall};

/// How far the coarse clock may be behind, in nanoseconds: a tick of the slowest kernel (100 a second), and three more. On
/// a machine whose ticks stand still for longer, a deadline is seen as much later.
pub(super) const COARSE_LAG: u64 = 40_000_000;

/// Whether the coarse clock is another one than the precise one.
pub(super) const HAS_COARSE: bool = cfg!(any(target_os = "linux", target_os = "android"));

/// Linux keeps a copy of its monotonic clock as of the last tick, which is read without asking the hardware. Both count
/// from the same moment.
#[cfg(any(target_os = "linux", target_os = "android"))]
mod imp {
    use std::time::SystemTime;

    use rustix::time::{ClockId, Timespec, clock_gettime};

    #[inline]
    pub(crate) fn nanos() -> u64 {
        in_nanos(read(ClockId::Monotonic))
    }

    #[inline]
    pub(crate) fn coarse_nanos() -> u64 {
        in_nanos(read(ClockId::MonotonicCoarse))
    }

    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    pub(crate) fn wall() -> SystemTime {
        SystemTime::now()
    }

    #[inline]
    pub(crate) fn coarse_wall_nanos() -> u64 {
        let time = read(ClockId::RealtimeCoarse);
        // A day before 1970 is a clock that was never set.
        if time.tv_sec < 0 { 0 } else { in_nanos(time) }
    }

    #[inline]
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn read(clock: ClockId) -> Timespec {
        clock_gettime(clock)
    }

    /// Neither number is negative: the monotonic clocks count from the start of the machine.
    #[inline]
    fn in_nanos(time: Timespec) -> u64 {
        (time.tv_sec as u64).wrapping_mul(1_000_000_000).wrapping_add(time.tv_nsec as u64)
    }
}

/// Elsewhere there is only one clock of each kind.
#[cfg(not(any(target_os = "linux", target_os = "android", all(target_arch = "wasm32", target_os = "unknown"))))]
mod imp {
    use std::time::{Instant, SystemTime};

    use once_cell::sync::Lazy;

    use crate::clock::nanos::{since_epoch, to_nanos};

    static ORIGIN: Lazy<Instant> = Lazy::new(now);

    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn now() -> Instant {
        Instant::now()
    }

    pub(crate) fn nanos() -> u64 {
        let origin = *ORIGIN;
        // `duration_since` saturates at zero, so a clock that misbehaves is late, never a panic.
        to_nanos(now().duration_since(origin))
    }

    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    pub(crate) fn wall() -> SystemTime {
        SystemTime::now()
    }

    pub(crate) fn coarse_wall_nanos() -> u64 {
        since_epoch(wall())
    }

    pub(crate) use self::nanos as coarse_nanos;
}

/// A browser has its own clocks.
#[cfg(all(target_arch = "wasm32", target_os = "unknown", feature = "web-time"))]
mod imp {
    use std::time::SystemTime;

    use once_cell::sync::Lazy;
    use web_time::{Instant, web::SystemTimeExt};

    use crate::clock::nanos::{since_epoch, to_nanos};

    static ORIGIN: Lazy<Instant> = Lazy::new(Instant::now);

    pub(crate) fn nanos() -> u64 {
        let origin = *ORIGIN;
        to_nanos(Instant::now().duration_since(origin))
    }

    pub(crate) fn wall() -> SystemTime {
        web_time::SystemTime::now().to_std()
    }

    pub(crate) fn coarse_wall_nanos() -> u64 {
        since_epoch(wall())
    }

    pub(crate) use self::nanos as coarse_nanos;
}

/// There the standard library's clocks panic. Time stands still until a clock is put in place.
#[cfg(all(target_arch = "wasm32", target_os = "unknown", not(feature = "web-time")))]
mod imp {
    use std::time::SystemTime;

    pub(crate) fn nanos() -> u64 {
        0
    }

    pub(crate) fn wall() -> SystemTime {
        SystemTime::UNIX_EPOCH
    }

    pub(crate) fn coarse_wall_nanos() -> u64 {
        0
    }

    pub(crate) use self::nanos as coarse_nanos;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_coarse_clock_keeps_to_its_bound() {
        for _ in 0..100_000 {
            let (before, coarse, after) = (nanos(), coarse_nanos(), nanos());
            assert!(coarse.saturating_add(COARSE_LAG) >= before && coarse <= after, "{before} {coarse} {after}");
        }
    }
}
