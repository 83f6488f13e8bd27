//! The settings of a breaker. What exists has been checked as a whole.

use crate::{Reason, accounting::Tally};

pub use self::{
    error::ConfigError,
    on_cancel::OnCancel,
    options::{Config, ConfigBuilder},
    window::Window,
};

mod builder;
pub(crate) mod check;
mod error;
mod getters;
mod on_cancel;
pub(crate) mod options;
mod relations;
pub(crate) mod value;
mod window;

impl Config {
    /// The wait after this many openings without a recovery in between, in nanoseconds. `drawn` is from 0 to 1.
    pub(crate) fn wait(&self, openings: u32, drawn: f64) -> u64 {
        let first = self.recovery_timeout().as_nanos();
        let longest = self.max_recovery_timeout().as_nanos();
        let wait = if openings == 0 || self.backoff_multiplier() == 1.0 {
            first
        } else {
            let exponent = i32::try_from(openings).unwrap_or(i32::MAX);
            // A float's conversion saturates, also from infinity.
            ((first as f64 * self.backoff_multiplier().powi(exponent)) as u128).min(longest)
        };
        let shortened = (wait as f64 * self.jitter() * drawn) as u128;
        u64::try_from(wait.saturating_sub(shortened)).unwrap_or(u64::MAX)
    }

    /// The rate that these calls of the window bring to its limit.
    pub(crate) fn rate_over(&self, window: Tally) -> Option<Reason> {
        let Tally { calls, failures, slow } = window;
        if !self.is_judged(calls) {
            None
        } else if self.failure_rate().is_some_and(|rate| is_reached(rate, failures, calls)) {
            Some(Reason::FailureRate)
        } else if self.slow_call_duration().is_some() && is_reached(self.slow_call_rate(), slow, calls) {
            Some(Reason::SlowCallRate)
        } else {
            None
        }
    }

    /// Whether the window holds enough calls for a rate.
    pub(crate) fn is_judged(&self, calls: u64) -> bool {
        calls >= u64::from(self.min_calls())
    }
}

/// Whether `part` of `whole` calls is at least this share. Each side is rounded once, so that a share written as `k / n`
/// is reached by `k` of `n` calls.
fn is_reached(share: f64, part: u64, whole: u64) -> bool {
    whole > 0 && part as f64 / whole as f64 >= share
}
