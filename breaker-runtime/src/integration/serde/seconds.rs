//! Times as seconds. One that is too long for a [`Duration`] is the longest.

/// `retry_after`.
pub(super) mod wait {
    use std::time::Duration;

    use ::serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<S: Serializer>(wait: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
        wait.map(|wait| wait.as_secs_f64()).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
        let seconds = Option::<f64>::deserialize(deserializer)?;
        Ok(seconds.map(|seconds| Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX)))
    }
}

/// A time that is always there.
pub(super) mod span {
    use std::time::Duration;

    use ::serde::{Deserializer, Serializer, de::Error};

    use super::wait;

    pub(crate) fn serialize<S: Serializer>(span: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        wait::serialize(&Some(*span), serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        wait::deserialize(deserializer)?.ok_or_else(|| D::Error::custom("a number of seconds is missing"))
    }
}

/// `last_failure`, since the Unix epoch.
pub(super) mod moment {
    use std::time::SystemTime;

    use ::serde::{Deserializer, Serializer};

    use super::wait;

    pub(crate) fn serialize<S: Serializer>(at: &Option<SystemTime>, serializer: S) -> Result<S::Ok, S::Error> {
        wait::serialize(&at.map(|at| at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()), serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SystemTime>, D::Error> {
        Ok(wait::deserialize(deserializer)?.and_then(|since| SystemTime::UNIX_EPOCH.checked_add(since)))
    }
}
