//! Which settings can be.

use std::time::Duration;

use super::{ConfigBuilder, ConfigError, Window};

/// A quarter of a byte for each call.
const LARGEST_WINDOW: u32 = 10_000_000;
const SHORTEST_WINDOW: Duration = Duration::from_micros(1);

impl ConfigBuilder {
    /// Checks what is given: every setting by itself, then their relations.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        at_least_one("failure_threshold", self.failure_threshold)?;
        share("failure_rate", self.failure_rate)?;
        window(self.window)?;
        at_least_one("min_calls", self.min_calls)?;
        longer_than_zero("slow_call_duration", self.slow_call_duration)?;
        share("slow_call_rate", self.slow_call_rate)?;
        longer_than_zero("recovery_timeout", self.recovery_timeout)?;
        within("backoff_multiplier", self.backoff_multiplier, 1.0, f64::MAX)?;
        longer_than_zero("max_recovery_timeout", self.max_recovery_timeout)?;
        within("jitter", self.jitter, 0.0, 1.0)?;
        probes("half_open_max_calls", self.half_open_max_calls)?;
        probes("success_threshold", self.success_threshold)?;
        longer_than_zero("probe_timeout", self.probe_timeout)?;
        self.check_relations()
    }

    fn check_relations(&self) -> Result<(), ConfigError> {
        match (self.min_calls, self.window) {
            (Some(calls), Some(Window::Calls(most))) if calls > most => {
                let rule = format!("is {calls}, but `window` holds only {most} calls");
                return Err(ConfigError::new("min_calls", rule));
            }
            _ => {}
        }
        match (self.max_recovery_timeout, self.recovery_timeout) {
            (Some(longest), Some(first)) if longest < first => {
                let rule = format!("is {longest:?}, but `recovery_timeout` is {first:?} already");
                return Err(ConfigError::new("max_recovery_timeout", rule));
            }
            _ => {}
        }
        match (self.success_threshold, self.half_open_max_calls) {
            (Some(successes), Some(permits)) if successes > permits => {
                let rule = format!("is {successes}, but `half_open_max_calls` admits only {permits}");
                Err(ConfigError::new("success_threshold", rule))
            }
            _ => Ok(()),
        }
    }
}

fn at_least_one(option: &'static str, number: Option<u32>) -> Result<(), ConfigError> {
    if number == Some(0) { Err(ConfigError::new(option, "is at least 1")) } else { Ok(()) }
}

fn longer_than_zero(option: &'static str, wait: Option<Duration>) -> Result<(), ConfigError> {
    if wait == Some(Duration::ZERO) { Err(ConfigError::new(option, "is longer than zero")) } else { Ok(()) }
}

fn window(window: Option<Window>) -> Result<(), ConfigError> {
    match window {
        Some(Window::Calls(calls)) if !(1..=LARGEST_WINDOW).contains(&calls) => {
            Err(ConfigError::new("window", format!("holds from 1 to {LARGEST_WINDOW} calls, not {calls}")))
        }
        Some(Window::Time(time)) if time < SHORTEST_WINDOW => {
            Err(ConfigError::new("window", "is at least a microsecond long"))
        }
        _ => Ok(()),
    }
}

fn share(option: &'static str, share: Option<f64>) -> Result<(), ConfigError> {
    match share {
        Some(share) if !(share > 0.0 && share <= 1.0) => {
            Err(ConfigError::new(option, format!("is over 0.0 and at most 1.0, not {share}")))
        }
        _ => Ok(()),
    }
}

fn within(option: &'static str, value: Option<f64>, least: f64, most: f64) -> Result<(), ConfigError> {
    let rule = match value {
        Some(value) if value >= least && value <= most => return Ok(()),
        None => return Ok(()),
        Some(value) if most == f64::MAX => format!("is at least {least:?}, not {value}"),
        Some(value) => format!("is from {least:?} to {most:?}, not {value}"),
    };
    Err(ConfigError::new(option, rule))
}

fn probes(option: &'static str, calls: Option<u32>) -> Result<(), ConfigError> {
    match calls {
        Some(calls) if !(1..=u32::from(u16::MAX)).contains(&calls) => {
            Err(ConfigError::new(option, format!("is from 1 to {}, not {calls}", u16::MAX)))
        }
        _ => Ok(()),
    }
}
