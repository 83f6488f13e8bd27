//! What a simulation tells: its fields. `remote` has the compiler compare them with the types that they mirror.

use std::time::Duration;

use ::serde::{Deserialize, Serialize};

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

by_form! { Report => ReportForm, Opening => OpeningForm, Outage => OutageForm }
