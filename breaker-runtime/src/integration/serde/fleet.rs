//! What a node knows of its fleet: its fields. `remote` has the compiler compare them with the types that they mirror.

use std::time::{Duration, SystemTime};

use ::serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::fleet::{FleetCircuit, FleetHealth, FleetOverride, FleetState, FleetStatus, Mode};

use super::seconds::{moment, wait};

#[derive(Serialize, Deserialize)]
#[serde(remote = "FleetHealth")]
struct FleetHealthForm {
    namespace: String,
    node: String,
    #[serde(flatten, with = "status")]
    status: FleetStatus,
    live: u64,
    malformed: u64,
    circuits: Vec<FleetCircuit>,
}

/// A word, and since when it is degraded.
mod status {
    use super::*;

    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Word {
        Connected,
        Degraded,
    }

    #[derive(Serialize, Deserialize)]
    struct Form {
        status: Word,
        #[serde(with = "moment")]
        degraded_since: Option<SystemTime>,
    }

    pub(super) fn serialize<S: Serializer>(status: &FleetStatus, serializer: S) -> Result<S::Ok, S::Error> {
        let form = match *status {
            FleetStatus::Connected => Form { status: Word::Connected, degraded_since: None },
            FleetStatus::Degraded { since } => Form { status: Word::Degraded, degraded_since: Some(since) },
        };
        form.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<FleetStatus, D::Error> {
        let Form { status, degraded_since } = Form::deserialize(deserializer)?;
        Ok(match status {
            Word::Connected => FleetStatus::Connected,
            Word::Degraded => FleetStatus::Degraded { since: degraded_since.unwrap_or(SystemTime::UNIX_EPOCH) },
        })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "FleetCircuit")]
struct FleetCircuitForm {
    name: String,
    state: FleetState,
    #[serde(with = "moment")]
    since: Option<SystemTime>,
    #[serde(with = "wait")]
    retry_after: Option<Duration>,
    votes: Vec<String>,
    prober: Option<String>,
    outlier: bool,
    overridden: Option<FleetOverride>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "FleetOverride")]
struct FleetOverrideForm {
    mode: Mode,
    by: String,
    because: String,
    #[serde(with = "instant")]
    since: SystemTime,
    #[serde(with = "moment")]
    until: Option<SystemTime>,
}

/// A moment that is always there.
mod instant {
    use super::*;
    use ::serde::de::Error;

    pub(super) fn serialize<S: Serializer>(at: &SystemTime, serializer: S) -> Result<S::Ok, S::Error> {
        moment::serialize(&Some(*at), serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SystemTime, D::Error> {
        moment::deserialize(deserializer)?.ok_or_else(|| D::Error::custom("a number of seconds is missing"))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "FleetState", rename_all = "snake_case")]
enum FleetStateForm {
    Closed,
    Open,
    Probing,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Mode", rename_all = "snake_case")]
enum ModeForm {
    ForcedOpen,
    Disabled,
    MetricsOnly,
}

by_form! {
    FleetHealth => FleetHealthForm,
    FleetCircuit => FleetCircuitForm,
    FleetOverride => FleetOverrideForm,
    FleetState => FleetStateForm,
    Mode => ModeForm,
}
