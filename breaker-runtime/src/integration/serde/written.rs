//! Values of options, as they are written in the attribute.

use std::time::Duration;

use ::serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use crate::{OnCancel, Window};

/// `"1m30s"`.
pub(super) struct Written(Duration);

impl From<Duration> for Written {
    fn from(duration: Duration) -> Self {
        Self(duration)
    }
}

impl From<Written> for Duration {
    fn from(Written(duration): Written) -> Self {
        duration
    }
}

impl Serialize for Written {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let spaced = humantime::format_duration(self.0).to_string();
        serializer.serialize_str(&spaced.replace(' ', ""))
    }
}

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        humantime::parse_duration(&text).map(Self).map_err(|error| {
            D::Error::custom(format_args!(
                "`{text}` is not a duration such as \"250ms\", \"30s\" or \"1m30s\": {error}"
            ))
        })
    }
}

/// A number of calls, or a duration.
#[derive(Serialize, Deserialize)]
#[serde(untagged, expecting = "a window is a number of calls such as 100, or a duration such as \"10s\"")]
pub(super) enum WindowForm {
    Calls(u32),
    Time(Written),
}

impl From<Window> for WindowForm {
    fn from(window: Window) -> Self {
        match window {
            Window::Calls(calls) => Self::Calls(calls),
            Window::Time(time) => Self::Time(time.into()),
        }
    }
}

impl From<WindowForm> for Window {
    fn from(form: WindowForm) -> Self {
        match form {
            WindowForm::Calls(calls) => Self::Calls(calls),
            WindowForm::Time(time) => Self::Time(time.into()),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum OnCancelForm {
    Ignore,
    Failure,
}

impl From<OnCancel> for OnCancelForm {
    fn from(on_cancel: OnCancel) -> Self {
        match on_cancel {
            OnCancel::Ignore => Self::Ignore,
            OnCancel::Failure => Self::Failure,
        }
    }
}

impl From<OnCancelForm> for OnCancel {
    fn from(form: OnCancelForm) -> Self {
        match form {
            OnCancelForm::Ignore => Self::Ignore,
            OnCancelForm::Failure => Self::Failure,
        }
    }
}
