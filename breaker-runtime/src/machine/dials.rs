//! What the paths without a lock need of the settings, as loads.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering::Relaxed};

use crate::{Config, OnCancel, Window, clock::to_nanos, trace, word::Care};

/// A window is kept.
const WINDOW: u8 = 1;
/// A call's time is taken, from admission to its end.
const TIMED: u8 = 1 << 1;
/// The window is one of time.
const BUCKETS: u8 = 1 << 2;
/// A dropped call is a failure.
const CANCEL_FAILS: u8 = 1 << 3;
/// The caller's span is told what a call came to.
const TOLD: u8 = 1 << 4;

/// Copies of settings. They change only by `reconfigure`, which begins a new generation after it: a call that mixes old
/// and new ones is one of the old generation.
#[derive(Debug)]
pub(super) struct Dials {
    mode: AtomicU8,
    limits: AtomicU64,
    slow_after: AtomicU64,
    probe_timeout: AtomicU64,
}

/// What a call has to do beside the least.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mode(u8);

/// The numbers that the rule asks for: `failure_threshold` (0 is off), `half_open_max_calls`, `success_threshold`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits(u64);

impl Dials {
    pub(super) fn new(config: &Config) -> Self {
        let dials = Self {
            mode: AtomicU8::default(),
            limits: AtomicU64::default(),
            slow_after: AtomicU64::default(),
            probe_timeout: AtomicU64::default(),
        };
        dials.set(config);
        dials
    }

    pub(super) fn set(&self, config: &Config) {
        let timed = config.slow_call_duration().is_some();
        let flag = |on, flag| if on { flag } else { 0 };
        let mode = flag(config.window().is_some(), WINDOW)
            | flag(timed, TIMED)
            | flag(matches!(config.window(), Some(Window::Time(_))), BUCKETS)
            | flag(config.on_cancel() == OnCancel::Failure, CANCEL_FAILS)
            | flag(trace::records_outcomes(), TOLD);
        self.mode.store(mode, Relaxed);
        self.limits.store(Limits::new(config).0, Relaxed);
        self.slow_after.store(config.slow_call_duration().map_or(u64::MAX, to_nanos), Relaxed);
        self.probe_timeout.store(to_nanos(config.probe_timeout()), Relaxed);
    }

    #[inline]
    pub(super) fn mode(&self) -> Mode {
        Mode(self.mode.load(Relaxed))
    }

    pub(super) fn limits(&self) -> Limits {
        Limits(self.limits.load(Relaxed))
    }

    /// A call that takes longer than this many nanoseconds is slow.
    pub(super) fn slow_after(&self) -> u64 {
        self.slow_after.load(Relaxed)
    }

    pub(super) fn probe_timeout(&self) -> u64 {
        self.probe_timeout.load(Relaxed)
    }
}

impl Mode {
    /// What a call of a closed circuit needs.
    pub(super) fn care(self) -> Care {
        if self.is_timed() {
            Care::FromStart
        } else if self.has_window() || self.is_told() {
            Care::AtEnd
        } else {
            Care::None
        }
    }

    pub(super) fn has_window(self) -> bool {
        self.0 & WINDOW != 0
    }

    pub(super) fn is_told(self) -> bool {
        self.0 & TOLD != 0
    }

    #[inline]
    pub(super) fn is_timed(self) -> bool {
        self.0 & TIMED != 0
    }

    /// Whether it matters when a call ends.
    pub(super) fn has_moments(self) -> bool {
        self.0 & (TIMED | BUCKETS) != 0
    }

    pub(super) fn cancel_fails(self) -> bool {
        self.0 & CANCEL_FAILS != 0
    }
}

impl Limits {
    pub(crate) fn new(config: &Config) -> Self {
        let threshold = config.failure_threshold().unwrap_or(0);
        let (permits, successes) = config.probes();
        Self(u64::from(threshold) << 32 | u64::from(permits) << 16 | u64::from(successes))
    }

    /// Whether this many failures in a row open the circuit.
    pub(crate) fn streak_reached(self, failures: u32) -> bool {
        let threshold = (self.0 >> 32) as u32;
        threshold > 0 && failures >= threshold
    }

    pub(crate) fn permits(self) -> u16 {
        (self.0 >> 16) as u16
    }

    pub(crate) fn successes(self) -> u16 {
        self.0 as u16
    }
}
