//! Settings: their options, by the names that the attribute gives them.

use ::serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use crate::config::{Config, ConfigBuilder, OnCancel};

use super::written::{WindowForm, Written};

/// The options of a [`Config`]. All are written but those that are off.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Options {
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_threshold: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_rate: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    window: Option<WindowForm>,
    min_calls: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    slow_call_duration: Option<Written>,
    #[serde(skip_serializing_if = "Option::is_none")]
    slow_call_rate: Option<f64>,
    recovery_timeout: Option<Written>,
    backoff_multiplier: Option<f64>,
    max_recovery_timeout: Option<Written>,
    jitter: Option<f64>,
    half_open_max_calls: Option<u32>,
    success_threshold: Option<u32>,
    probe_timeout: Option<Written>,
    on_cancel: Option<OnCancel>,
}

impl Options {
    fn of(config: &Config) -> Self {
        Self {
            failure_threshold: config.failure_threshold(),
            failure_rate: config.failure_rate(),
            window: config.window().map(WindowForm::of),
            min_calls: Some(config.min_calls()),
            slow_call_duration: config.slow_call_duration().map(Written),
            slow_call_rate: config.slow_call_duration().map(|_| config.slow_call_rate()),
            recovery_timeout: Some(Written(config.recovery_timeout())),
            backoff_multiplier: Some(config.backoff_multiplier()),
            max_recovery_timeout: Some(Written(config.max_recovery_timeout())),
            jitter: Some(config.jitter()),
            half_open_max_calls: Some(config.half_open_max_calls()),
            success_threshold: Some(config.success_threshold()),
            probe_timeout: Some(Written(config.probe_timeout())),
            on_cancel: Some(config.on_cancel()),
        }
    }

    fn builder(self) -> ConfigBuilder {
        let duration = |written: Option<Written>| written.map(|Written(duration)| duration);
        let builder = Config::builder();
        let builder = set(builder, self.failure_threshold, ConfigBuilder::failure_threshold);
        let builder = set(builder, self.failure_rate, ConfigBuilder::failure_rate);
        let builder = set(builder, self.window.map(WindowForm::window), ConfigBuilder::window);
        let builder = set(builder, self.min_calls, ConfigBuilder::min_calls);
        let builder = set(builder, duration(self.slow_call_duration), ConfigBuilder::slow_call_duration);
        let builder = set(builder, self.slow_call_rate, ConfigBuilder::slow_call_rate);
        let builder = set(builder, duration(self.recovery_timeout), ConfigBuilder::recovery_timeout);
        let builder = set(builder, self.backoff_multiplier, ConfigBuilder::backoff_multiplier);
        let builder = set(builder, duration(self.max_recovery_timeout), ConfigBuilder::max_recovery_timeout);
        let builder = set(builder, self.jitter, ConfigBuilder::jitter);
        let builder = set(builder, self.half_open_max_calls, ConfigBuilder::half_open_max_calls);
        let builder = set(builder, self.success_threshold, ConfigBuilder::success_threshold);
        let builder = set(builder, duration(self.probe_timeout), ConfigBuilder::probe_timeout);
        set(builder, self.on_cancel, ConfigBuilder::on_cancel)
    }
}

fn set<T>(
    builder: ConfigBuilder,
    value: Option<T>,
    setter: impl FnOnce(ConfigBuilder, T) -> ConfigBuilder,
) -> ConfigBuilder {
    match value {
        Some(value) => setter(builder, value),
        None => builder,
    }
}

impl Serialize for Config {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Options::of(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Config {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let options = Options::deserialize(deserializer)?;
        options.builder().build().map_err(D::Error::custom)
    }
}
