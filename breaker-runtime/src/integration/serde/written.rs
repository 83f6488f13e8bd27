//! Values of options, as they are written in the attribute.

use std::time::Duration;

use ::serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use crate::config::{OnCancel, Window};

/// `"1m30s"`.
pub(super) struct Written(pub(super) Duration);

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

// Methods, not `From`: the compiler lists the conversions of a public type when a user's value has none.
impl WindowForm {
    pub(super) fn of(window: Window) -> Self {
        match window {
            Window::Calls(calls) => Self::Calls(calls),
            Window::Time(time) => Self::Time(Written(time)),
        }
    }

    pub(super) fn window(self) -> Window {
        match self {
            Self::Calls(calls) => Window::Calls(calls),
            Self::Time(Written(time)) => Window::Time(time),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "OnCancel", rename_all = "snake_case")]
enum OnCancelForm {
    Ignore,
    Failure,
}

impl Serialize for OnCancel {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        OnCancelForm::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for OnCancel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        OnCancelForm::deserialize(deserializer)
    }
}
