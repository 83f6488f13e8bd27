//! Settings: their options, by the names that the attribute gives them.

use std::time::Duration;

use ::serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use crate::{Config, ConfigBuilder, OnCancel, Window};

use super::written::{OnCancelForm, WindowForm, Written};

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
    on_cancel: Option<OnCancelForm>,
}

impl From<&Config> for Options {
    fn from(config: &Config) -> Self {
        Self {
            failure_threshold: config.failure_threshold(),
            failure_rate: config.failure_rate(),
            window: config.window().map(WindowForm::from),
            min_calls: Some(config.min_calls()),
            slow_call_duration: config.slow_call_duration().map(Written::from),
            slow_call_rate: config.slow_call_duration().map(|_| config.slow_call_rate()),
            recovery_timeout: Some(config.recovery_timeout().into()),
            backoff_multiplier: Some(config.backoff_multiplier()),
            max_recovery_timeout: Some(config.max_recovery_timeout().into()),
            jitter: Some(config.jitter()),
            half_open_max_calls: Some(config.half_open_max_calls()),
            success_threshold: Some(config.success_threshold()),
            probe_timeout: Some(config.probe_timeout().into()),
            on_cancel: Some(config.on_cancel().into()),
        }
    }
}

impl From<Options> for ConfigBuilder {
    fn from(options: Options) -> Self {
        let builder = Self::default();
        let builder = set(builder, options.failure_threshold, Self::failure_threshold);
        let builder = set(builder, options.failure_rate, Self::failure_rate);
        let builder = set(builder, options.window.map(Window::from), Self::window);
        let builder = set(builder, options.min_calls, Self::min_calls);
        let builder = set(builder, options.slow_call_duration.map(Duration::from), Self::slow_call_duration);
        let builder = set(builder, options.slow_call_rate, Self::slow_call_rate);
        let builder = set(builder, options.recovery_timeout.map(Duration::from), Self::recovery_timeout);
        let builder = set(builder, options.backoff_multiplier, Self::backoff_multiplier);
        let builder = set(builder, options.max_recovery_timeout.map(Duration::from), Self::max_recovery_timeout);
        let builder = set(builder, options.jitter, Self::jitter);
        let builder = set(builder, options.half_open_max_calls, Self::half_open_max_calls);
        let builder = set(builder, options.success_threshold, Self::success_threshold);
        let builder = set(builder, options.probe_timeout.map(Duration::from), Self::probe_timeout);
        set(builder, options.on_cancel.map(OnCancel::from), Self::on_cancel)
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
        Options::from(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Config {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let options = Options::deserialize(deserializer)?;
        ConfigBuilder::from(options).build().map_err(D::Error::custom)
    }
}
