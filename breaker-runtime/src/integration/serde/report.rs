//! What a simulation tells: its fields. `remote` has the compiler compare them with the types that they mirror.

use std::time::Duration;

use ::serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{
    reason::Reason,
    simulation::{Opening, Outage, Report},
    state::State,
};

use super::seconds::{span, wait};

#[derive(Serialize, Deserialize)]
#[serde(remote = "Report")]
struct ReportForm {
    calls: u64,
    admitted: u64,
    rejected: u64,
    failing_admitted: u64,
    succeeding_rejected: u64,
    openings: Vec<Opening>,
    outages: Vec<Outage>,
    state: State,
    #[serde(with = "span")]
    lasted: Duration,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Opening")]
struct OpeningForm {
    #[serde(with = "span")]
    at: Duration,
    reason: Reason,
    #[serde(with = "span")]
    lasted: Duration,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Outage")]
struct OutageForm {
    #[serde(with = "span")]
    at: Duration,
    #[serde(with = "wait")]
    lasted: Option<Duration>,
    #[serde(with = "wait")]
    opened_after: Option<Duration>,
    #[serde(with = "wait")]
    closed_after: Option<Duration>,
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        ReportForm::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for Report {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        ReportForm::deserialize(deserializer)
    }
}

impl Serialize for Opening {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        OpeningForm::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for Opening {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        OpeningForm::deserialize(deserializer)
    }
}

impl Serialize for Outage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        OutageForm::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for Outage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        OutageForm::deserialize(deserializer)
    }
}
