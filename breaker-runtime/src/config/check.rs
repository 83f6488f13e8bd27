//! Validates the value of one option, by its kind.

use std::{ops::RangeInclusive, time::Duration};

use crate::config::{error::ConfigError, on_cancel::OnCancel, window::Window};

/// A quarter of a byte for each call.
pub(crate) const LARGEST_WINDOW: u32 = 10_000_000;
pub(crate) const SHORTEST_WINDOW: Duration = Duration::from_micros(1);

/// What a count may be.
pub(crate) type Counts = RangeInclusive<u32>;
pub(super) const AT_LEAST_ONE: Counts = 1..=u32::MAX;
/// The state keeps them in 16 bits.
pub(super) const PROBES: Counts = 1..=u16::MAX as u32;
pub(super) const GROWTH: Counts = 0..=u16::MAX as u32;

/// What a number may be.
pub(crate) struct Numbers {
    holds: fn(f64) -> bool,
    rule: &'static str,
}

pub(super) const RATE: Numbers =
    Numbers { holds: |share| share > 0.0 && share <= 1.0, rule: "is over 0.0 and at most 1.0" };
pub(super) const SHARE: Numbers = Numbers { holds: |share| (0.0..=1.0).contains(&share), rule: "is from 0.0 to 1.0" };
pub(super) const FACTOR: Numbers =
    Numbers { holds: |factor| (1.0..=f64::MAX).contains(&factor), rule: "is at least 1.0" };

pub(super) fn count(option: &'static str, count: u32, range: Counts) -> Result<(), ConfigError> {
    if range.contains(&count) {
        Ok(())
    } else if *range.end() == u32::MAX {
        Err(ConfigError::new(option, format!("is at least {}", range.start())))
    } else {
        Err(ConfigError::new(option, format!("is from {} to {}, not {count}", range.start(), range.end())))
    }
}

pub(super) fn number(option: &'static str, number: f64, Numbers { holds, rule }: Numbers) -> Result<(), ConfigError> {
    if holds(number) { Ok(()) } else { Err(ConfigError::new(option, format!("{rule}, not {number}"))) }
}

pub(super) fn duration(option: &'static str, duration: Duration) -> Result<(), ConfigError> {
    if duration.is_zero() { Err(ConfigError::new(option, "is longer than zero")) } else { Ok(()) }
}

pub(super) fn window(option: &'static str, window: Window) -> Result<(), ConfigError> {
    match window {
        Window::Calls(calls) if !(1..=LARGEST_WINDOW).contains(&calls) => {
            Err(ConfigError::new(option, format!("holds from 1 to {LARGEST_WINDOW} calls, not {calls}")))
        }
        Window::Time(time) if time < SHORTEST_WINDOW => Err(ConfigError::new(option, "is at least a microsecond long")),
        _ => Ok(()),
    }
}

pub(super) fn on_cancel(_: &'static str, _: OnCancel) -> Result<(), ConfigError> {
    Ok(())
}
