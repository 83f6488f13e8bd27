//! The settings that are read without the lock.

// The plain atomics: loom need not see these, since a value of older settings is harmless (see `HotConfig`).
use std::sync::atomic::Ordering::Relaxed;

use crate::{
    clock::to_nanos,
    config::{Config, OnCancel, Window},
    rule::Threshold,
    sync::plain::AtomicU64,
    trace,
    word::Closed,
};

/// A window is kept.
const WINDOW: u64 = 1;
/// A call's time is taken, from admission to its end.
const TIMED: u64 = 1 << 1;
/// The window is one of time.
const BUCKETS: u64 = 1 << 2;
/// A dropped call is a failure.
const CANCEL_FAILS: u64 = 1 << 3;
/// The caller's span is told what a call came to.
const RECORDS_OUTCOME: u64 = 1 << 4;
/// `failure_threshold` stands above the flags.
const THRESHOLD_SHIFT: u32 = 32;

/// Copies of the settings, written by `reconfigure` under the lock.
///
/// One word holds all that a result is judged by, so that nobody sees the threshold of one version and the flags of
/// another. `slow_after` stands beside it: a reload that changes it begins a new generation afterwards, so a call that
/// reads it too early or too late belongs to the old one, and its result changes nothing.
#[derive(Debug)]
pub(super) struct HotConfig {
    published: AtomicU64,
    slow_after: AtomicU64,
}

/// What a call has to do beside counting a success, and the threshold.
#[derive(Clone, Copy, Debug)]
pub(super) struct CallFlags(u64);

impl HotConfig {
    pub(super) fn new(config: &Config) -> Self {
        let hot = Self { published: AtomicU64::default(), slow_after: AtomicU64::default() };
        hot.set(config);
        hot
    }

    pub(super) fn set(&self, config: &Config) {
        let flag = |on, flag| if on { flag } else { 0 };
        let published = flag(config.window().is_some(), WINDOW)
            | flag(config.slow_call_duration().is_some(), TIMED)
            | flag(matches!(config.window(), Some(Window::Time(_))), BUCKETS)
            | flag(config.on_cancel() == OnCancel::Failure, CANCEL_FAILS)
            | flag(trace::records_outcomes(), RECORDS_OUTCOME)
            | u64::from(config.failure_threshold().unwrap_or(0)) << THRESHOLD_SHIFT;
        self.slow_after.store(config.slow_call_duration().map_or(u64::MAX, to_nanos), Relaxed);
        self.published.store(published, Relaxed);
    }

    #[inline]
    pub(super) fn flags(&self) -> CallFlags {
        CallFlags(self.published.load(Relaxed))
    }

    /// A call that takes longer than this many nanoseconds is slow.
    pub(super) fn slow_after(&self) -> u64 {
        self.slow_after.load(Relaxed)
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

    pub(super) fn threshold(self) -> Threshold {
        Threshold((self.0 >> THRESHOLD_SHIFT) as u32)
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
