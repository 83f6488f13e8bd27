//! Random settings that hold together.

use std::time::Duration;

use breaker_runtime::{Config, OnCancel, Window};
use proptest::{option, prelude::*};

const MS: u64 = 1_000_000;

/// The settings in plain numbers. Times are in nanoseconds, shares in per cent.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) threshold: Option<u32>,
    pub(crate) failure_percent: Option<u64>,
    pub(crate) window_calls: usize,
    pub(crate) window_nanos: Option<u64>,
    pub(crate) min_calls: u64,
    pub(crate) slow_after: Option<u64>,
    pub(crate) slow_percent: u64,
    pub(crate) recovery: u64,
    pub(crate) backoff: f64,
    pub(crate) longest: u64,
    pub(crate) permits: u32,
    pub(crate) successes: u32,
    pub(crate) growth: u32,
    pub(crate) probe_timeout: u64,
    pub(crate) cancel_fails: bool,
}

pub(crate) fn settings() -> impl Strategy<Value = Settings> {
    let judged = (
        option::of(1..5_u32),
        option::of(prop_oneof![Just(1_u64), Just(50), Just(67), Just(100)]),
        1..9_usize,
        option::of(prop_oneof![Just(1_000_u64), Just(10 * MS), Just(997 * MS)]),
        1..9_u64,
        option::weighted(0.4, 1..5 * MS),
        prop_oneof![Just(30_u64), Just(50), Just(100)],
    );
    let waits = (
        prop_oneof![Just(MS), Just(5 * MS), Just(60_000 * MS)],
        prop_oneof![2 => Just(1.0), 1 => Just(1.5), 1 => Just(2.0)],
        1..20_u64,
        1..4_u32,
        1..4_u32,
        prop_oneof![3 => Just(0_u32), 1 => 1..3_u32, 1 => Just(65_535)],
        prop_oneof![Just(MS), Just(8 * MS)],
        any::<bool>(),
    );
    (judged, waits).prop_map(|(judged, waits)| {
        let (threshold, failure_percent, window_calls, window_nanos, min_calls, slow_after, slow_percent) = judged;
        let (recovery, backoff, factor, permits, successes, growth, probe_timeout, cancel_fails) = waits;
        Settings {
            // The breaker has a rule of its own where none is given.
            threshold: if failure_percent.is_none() { Some(threshold.unwrap_or(5)) } else { threshold },
            failure_percent,
            window_calls,
            window_nanos,
            min_calls: if window_nanos.is_none() { min_calls.min(window_calls as u64) } else { min_calls },
            slow_after,
            slow_percent,
            recovery,
            backoff,
            longest: recovery * factor,
            permits: if growth == 0 { permits.max(successes) } else { permits },
            successes,
            growth,
            probe_timeout,
            cancel_fails,
        }
    })
}

impl Settings {
    pub(crate) fn keeps_window(&self) -> bool {
        self.failure_percent.is_some() || self.slow_after.is_some()
    }

    /// Whether counts under the one say nothing under the other, so that they begin anew.
    pub(crate) fn restarts(&self, new: &Self, half_open: bool) -> bool {
        let window =
            |settings: &Self| settings.keeps_window().then(|| settings.window_nanos.ok_or(settings.window_calls));
        let probes = |settings: &Self| (settings.permits, settings.successes, settings.growth);
        window(self) != window(new) || self.slow_after != new.slow_after || half_open && probes(self) != probes(new)
    }

    pub(crate) fn config(&self) -> Config {
        let mut config = Config::builder()
            .min_calls(self.min_calls as u32)
            .recovery_timeout(Duration::from_nanos(self.recovery))
            .backoff_multiplier(self.backoff)
            .max_recovery_timeout(Duration::from_nanos(self.longest))
            .half_open_max_calls(self.permits)
            .success_threshold(self.successes)
            .half_open_growth(self.growth)
            .probe_timeout(Duration::from_nanos(self.probe_timeout))
            .on_cancel(if self.cancel_fails { OnCancel::Failure } else { OnCancel::Ignore });
        if let Some(threshold) = self.threshold {
            config = config.failure_threshold(threshold);
        }
        if let Some(percent) = self.failure_percent {
            config = config.failure_rate(percent as f64 / 100.0);
        }
        if self.keeps_window() {
            config = config.window(match self.window_nanos {
                Some(nanos) => Window::Time(Duration::from_nanos(nanos)),
                None => Window::Calls(self.window_calls as u32),
            });
        }
        if let Some(nanos) = self.slow_after {
            config =
                config.slow_call_duration(Duration::from_nanos(nanos)).slow_call_rate(self.slow_percent as f64 / 100.0);
        }
        config.build().unwrap()
    }
}
