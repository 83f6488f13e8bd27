//! Names, states and reasons: their text.

use ::serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{name::Name, reason::Reason, state::State};

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "State", rename_all = "snake_case")]
enum StateForm {
    Closed,
    Open,
    HalfOpen,
    ForcedOpen,
    Disabled,
    MetricsOnly,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Reason", rename_all = "snake_case")]
enum ReasonForm {
    ConsecutiveFailures,
    FailureRate,
    SlowCallRate,
    WaitOver,
    ProbeFailed,
    ProbeSlow,
    ProbesTimedOut,
    ProbesSucceeded,
    RetryAfter,
    Manual,
    WouldOpen,
}

by_form! { State => StateForm, Reason => ReasonForm }
