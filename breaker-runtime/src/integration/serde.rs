//! The `serde` forms of figures and settings.
//!
//! Figures ([`Snapshot`](crate::Snapshot), [`HealthReport`](crate::HealthReport), a simulation's
//! [`Report`](crate::simulation::Report)) are for programs to read: every time is a
//! number of seconds, and a time of day is counted from the Unix epoch. Settings ([`Config`](crate::Config)) are for people to
//! read and write: an option goes by its name in the attribute, and a duration is written like there, `"1m30s"`. What is
//! left out has its default, and what contradicts itself is an error.
//!
//! ```
//! use breaker_runtime::{CircuitBreaker, Config};
//! use serde_json::{from_str, json, to_value};
//!
//! let config: Config = from_str(r#"{ "failure_threshold": 3, "recovery_timeout": "1m30s" }"#)?;
//! let breaker = CircuitBreaker::new("users", config);
//! breaker.trip();
//! let seen = to_value(breaker.snapshot())?;
//! assert_eq!((&seen["name"], &seen["state"]), (&json!("users"), &json!("open")));
//! assert!(seen["retry_after"].as_f64() <= Some(90.0));
//! # Ok::<(), serde_json::Error>(())
//! ```

/// Reads and writes types by the forms that mirror them.
macro_rules! by_form {
    ($($type:ty => $form:ident),+ $(,)?) => {$(
        impl ::serde::Serialize for $type {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $form::serialize(self, serializer)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $type {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $form::deserialize(deserializer)
            }
        }
    )+};
}

#[cfg(feature = "redis")]
mod fleet;
mod options;
mod report;
mod seconds;
mod snapshot;
mod words;
