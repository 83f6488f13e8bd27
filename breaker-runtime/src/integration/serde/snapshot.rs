//! Figures: their fields. `remote` has the compiler compare them with the types that they mirror.

use std::time::{Duration, SystemTime};

use ::serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{
    health::{BreakerHealth, HealthReport},
    name::Name,
    reason::Reason,
    snapshot::{Snapshot, TransitionCounts},
    state::State,
};

use super::seconds::{moment, wait};

#[derive(Serialize, Deserialize)]
#[serde(remote = "Snapshot")]
struct SnapshotForm {
    name: Name,
    state: State,
    consecutive_failures: u32,
    window_calls: u64,
    window_failures: u64,
    window_slow: u64,
    failure_rate: Option<f64>,
    slow_call_rate: Option<f64>,
    half_open_successes: u32,
    #[serde(with = "wait")]
    retry_after: Option<Duration>,
    #[serde(with = "moment")]
    last_failure: Option<SystemTime>,
    #[serde(with = "moment", default)]
    open_since: Option<SystemTime>,
    #[serde(default)]
    opened_by: Option<Reason>,
    successes: u64,
    failures: u64,
    ignored: u64,
    cancelled: u64,
    rejected: u64,
    fallbacks: u64,
    #[serde(default)]
    fallback_failures: u64,
    cached: u64,
    slow: u64,
    times_opened: u64,
    transitions: TransitionCounts,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "BreakerHealth")]
struct BreakerHealthForm {
    name: Name,
    healthy: bool,
    state: State,
    failures: u64,
    #[serde(with = "moment")]
    last_failure: Option<SystemTime>,
    #[serde(with = "wait")]
    retry_after: Option<Duration>,
    #[serde(with = "moment", default)]
    open_since: Option<SystemTime>,
    #[serde(default)]
    opened_by: Option<Reason>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "HealthReport")]
struct HealthReportForm {
    healthy: bool,
    breakers: Vec<BreakerHealth>,
    /// Left out where there is none.
    #[cfg(feature = "redis")]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    fleets: Vec<crate::fleet::FleetHealth>,
}

/// One transition that happened.
#[derive(Serialize, Deserialize)]
struct Counted {
    from: State,
    to: State,
    count: u64,
}

/// A list of those that happened.
impl Serialize for TransitionCounts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(|(from, to, count)| Counted { from, to, count }))
    }
}

impl<'de> Deserialize<'de> for TransitionCounts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let counted = Vec::<Counted>::deserialize(deserializer)?;
        Ok(counted.into_iter().map(|Counted { from, to, count }| (from, to, count)).collect())
    }
}

by_form! { Snapshot => SnapshotForm, BreakerHealth => BreakerHealthForm, HealthReport => HealthReportForm }
