//! The settings that are read without the lock.

// Not `crate::sync`: loom need not see these, since a value of older settings is harmless (see `HotConfig`).
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering::Relaxed};

use crate::{
    clock::to_nanos,
    config::{Config, OnCancel, Window},
    rule::Limits,
    trace,
    word::Closed,
};

/// A window is kept.
const WINDOW: u8 = 1;
/// A call's time is taken, from admission to its end.
const TIMED: u8 = 1 << 1;
/// The window is one of time.
const BUCKETS: u8 = 1 << 2;
/// A dropped call is a failure.
const CANCEL_FAILS: u8 = 1 << 3;
/// The caller's span is told what a call came to.
const RECORDS_OUTCOME: u8 = 1 << 4;

/// Copies of the settings. Only `reconfigure` changes them, and it begins a new generation afterwards: a call that reads a
/// mixture of old and new values belongs to the old generation, so its result changes nothing.
#[derive(Debug)]
pub(super) struct HotConfig {
    flags: AtomicU8,
    limits: AtomicU64,
    slow_after: AtomicU64,
    probe_timeout: AtomicU64,
}

/// What a call has to do beside counting a success.
#[derive(Clone, Copy, Debug)]
pub(super) struct CallFlags(u8);

impl HotConfig {
    pub(super) fn new(config: &Config) -> Self {
        let hot_config = Self {
            flags: AtomicU8::default(),
            limits: AtomicU64::default(),
            slow_after: AtomicU64::default(),
            probe_timeout: AtomicU64::default(),
        };
        hot_config.set(config);
        hot_config
    }

    pub(super) fn set(&self, config: &Config) {
        let timed = config.slow_call_duration().is_some();
        let flag = |on, flag| if on { flag } else { 0 };
        let flags = flag(config.window().is_some(), WINDOW)
            | flag(timed, TIMED)
            | flag(matches!(config.window(), Some(Window::Time(_))), BUCKETS)
            | flag(config.on_cancel() == OnCancel::Failure, CANCEL_FAILS)
            | flag(trace::records_outcomes(), RECORDS_OUTCOME);
        self.flags.store(flags, Relaxed);
        self.limits.store(Limits::new(config).bits(), Relaxed);
        self.slow_after.store(config.slow_call_duration().map_or(u64::MAX, to_nanos), Relaxed);
        self.probe_timeout.store(to_nanos(config.probe_timeout()), Relaxed);
    }

    #[inline]
    pub(super) fn flags(&self) -> CallFlags {
        CallFlags(self.flags.load(Relaxed))
    }

    pub(super) fn limits(&self) -> Limits {
        Limits::from_bits(self.limits.load(Relaxed))
    }

    /// A call that takes longer than this many nanoseconds is slow.
    pub(super) fn slow_after(&self) -> u64 {
        self.slow_after.load(Relaxed)
    }

    pub(super) fn probe_timeout(&self) -> u64 {
        self.probe_timeout.load(Relaxed)
    }
}

impl CallFlags {
    /// Returns the closed state that these calls need.
    pub(super) fn closed(self) -> Closed {
        if self.is_timed() {
            Closed::Timed
        } else if self.has_window() || self.records_outcome() {
            Closed::Tracked
        } else {
            Closed::Plain
        }
    }

    pub(super) fn has_window(self) -> bool {
        self.0 & WINDOW != 0
    }

    pub(super) fn records_outcome(self) -> bool {
        self.0 & RECORDS_OUTCOME != 0
    }

    #[inline]
    pub(super) fn is_timed(self) -> bool {
        self.0 & TIMED != 0
    }

    /// Whether it matters when a call ends.
    pub(super) fn needs_end_time(self) -> bool {
        self.0 & (TIMED | BUCKETS) != 0
    }

    pub(super) fn cancel_fails(self) -> bool {
        self.0 & CANCEL_FAILS != 0
    }
}
