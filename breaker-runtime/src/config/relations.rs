//! Validates what one option says about another.

use std::time::Duration;

use crate::config::{error::ConfigError, options::ConfigBuilder, window::Window};

impl ConfigBuilder {
    /// Checks what is given: every setting by itself, then their relations. An option that is not given may have any
    /// value, since the other settings may give it.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        self.check_each()?;
        self.check_relations(self.window, self.recovery_timeout)
    }

    /// Checks what one option says about another. `window` and `recovery` are those that hold, if that is known.
    pub(super) fn check_relations(
        &self,
        window: Option<Window>,
        recovery: Option<Duration>,
    ) -> Result<(), ConfigError> {
        match (self.min_calls, window) {
            (Some(calls), Some(Window::Calls(most))) if calls > most => {
                let rule = format!("is {calls}, but `window` holds only {most} calls");
                return Err(ConfigError::new("min_calls", rule));
            }
            _ => {}
        }
        match (self.max_recovery_timeout, recovery) {
            (Some(longest), Some(first)) if longest < first => {
                let rule = format!("is {longest:?}, but `recovery_timeout` is {first:?} already");
                return Err(ConfigError::new("max_recovery_timeout", rule));
            }
            _ => {}
        }
        match (self.success_threshold, self.half_open_max_calls) {
            // With growth each success admits more. Settings that give these two give the growth too, if there is one, so that
            // a file with a plain contradiction is refused when it is read.
            (Some(successes), Some(permits)) if successes > permits && self.half_open_growth.unwrap_or(0) == 0 => {
                let rule = format!("is {successes}, but `half_open_max_calls` admits only {permits}");
                Err(ConfigError::new("success_threshold", rule))
            }
            _ => Ok(()),
        }
    }
}
