//! Bounds and defaults that the runtime has too, so that a mistake in a literal is a compile error. A test compares them.

/// How many failures, calls or keys a count may be.
pub(crate) const LARGEST_COUNT: u64 = u32::MAX as u64;

/// How many probes a half-open circuit may admit, or want to succeed.
pub(crate) const LARGEST_PROBES: u64 = u16::MAX as u64;

/// How many calls a `window` may hold.
pub(crate) const LARGEST_WINDOW: u64 = 10_000_000;

/// How short a `window` may be, in nanoseconds.
pub(crate) const SHORTEST_WINDOW: u128 = 1_000;

/// How many calls a `window` holds by default.
pub(crate) const DEFAULT_WINDOW: u64 = 100;

/// The `recovery_timeout` by default, in nanoseconds.
pub(crate) const DEFAULT_RECOVERY: u128 = 60_000_000_000;
