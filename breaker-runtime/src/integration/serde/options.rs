//! Settings: their options, by the names that the attribute gives them.

use std::time::Duration;

use ::serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error, ser::SerializeStruct};

use crate::{
    config::{
        Config, OnCancel, Window,
        options::{NAMES, SHOWN},
        value::Value,
    },
    settings::{SettingsError, option, value::AnyValue},
};

/// All options are written but those that are off.
impl Serialize for Config {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let values = SHOWN.iter().map(|option| (option.name, (option.value)(self)));
        // A rate that nothing is judged by would be a mistake when it is read.
        let is_off =
            |name, value| value == Value::Off || name == "slow_call_rate" && self.slow_call_duration().is_none();
        let written: Vec<_> = values.filter(|&(name, value)| !is_off(name, value)).collect();
        let mut options = serializer.serialize_struct("Config", written.len())?;
        for (name, value) in written {
            options.serialize_field(name, &value)?;
        }
        options.end()
    }
}

impl<'de> Deserialize<'de> for Config {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (options, problems) = option::read(deserializer.deserialize_struct("Config", NAMES, AnyValue)?);
        let options = SettingsError::unless(problems, options).map_err(D::Error::custom)?;
        options.build().map_err(D::Error::custom)
    }
}

/// As it is written in the attribute.
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Off => serializer.serialize_none(),
            Self::Count(count) | Self::Window(Window::Calls(count)) => serializer.serialize_u32(*count),
            Self::Number(number) => serializer.serialize_f64(*number),
            Self::Duration(duration) | Self::Window(Window::Time(duration)) => {
                serializer.serialize_str(&written(*duration))
            }
            Self::OnCancel(on_cancel) => on_cancel.serialize(serializer),
        }
    }
}

/// Writes a duration without spaces: `1m30s`.
fn written(duration: Duration) -> String {
    humantime::format_duration(duration).to_string().replace(' ', "")
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "OnCancel", rename_all = "snake_case")]
enum OnCancelForm {
    Ignore,
    Failure,
}

by_form! { OnCancel => OnCancelForm }
