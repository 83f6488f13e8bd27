//! How the guarded dependencies are doing, for a health endpoint.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

#[cfg(feature = "redis")]
pub(crate) use self::fleets::ask_fleets;
#[cfg(feature = "redis")]
use crate::fleet::view::FleetHealth;
use crate::{
    breaker::CircuitBreaker, error::in_millis, escaped::Escaped, machine::Health, name::Name, reason::Reason,
    registry::Registry, state::State,
};

#[cfg(feature = "redis")]
mod fleets;

/// How every breaker in the registry is doing at one moment: what a service's health endpoint answers.
///
/// `Display` gives one line for each breaker, the unhealthy ones first, a line in front that sums them up, and behind them
/// those of a fleet, if there is one. With the
/// feature `serde` it is data, for a body of JSON.
///
/// ```
/// use breaker_runtime::{Config, registry};
///
/// registry().get_or_create("users", Config::default()).trip();
/// registry().get_or_create("orders", Config::default());
/// let report = registry().health();
/// assert!(!report.healthy);
/// assert!(report.get("orders").unwrap().healthy);
/// for breaker in report.unhealthy() {
///     println!("{} is {}, last failure at {:?}", breaker.name, breaker.state, breaker.last_failure);
/// }
/// println!("{report}");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct HealthReport {
    /// Whether every breaker is healthy. Without any breaker it is true.
    pub healthy: bool,
    /// The single breakers in the order in which they were made, then the [registered](Registry::register) ones, then those
    /// of each family by name.
    pub breakers: Vec<BreakerHealth>,
    /// The fleets that share any of them, as this process knows them: who has opened what, who probes, and what an operator
    /// has set for all. They say nothing about `healthy`.
    #[cfg(feature = "redis")]
    pub fleets: Vec<FleetHealth>,
}

/// How one breaker is doing. `Display` gives it in one line.
///
/// ```
/// use breaker_runtime::{CircuitBreaker, Config};
///
/// let breaker = CircuitBreaker::new("users", Config::default());
/// let _ = breaker.call(|| Err::<(), _>("down"));
/// assert_eq!(breaker.health().to_string(), "users: closed, failures 1");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct BreakerHealth {
    /// The breaker's name; `name[key]` for a keyed one.
    pub name: Name,
    /// Whether it lets every call through: closed, disabled or metrics-only. A half-open one is not healthy yet: it
    /// rejects most calls until its probes have succeeded.
    pub healthy: bool,
    /// Its state; an open circuit whose wait is over reads as half-open.
    pub state: State,
    /// The failures that count at this moment: those in a row, or those in the sliding window if they are more. While it
    /// is open or half-open, those that opened it, and the failed probes since.
    pub failures: u64,
    /// When a call last failed.
    pub last_failure: Option<SystemTime>,
    /// How long until an open circuit admits probes; `None` if it is not open, or time alone will not do it.
    pub retry_after: Option<Duration>,
    /// Since when the circuit keeps callers out: see [`Snapshot::open_since`](crate::Snapshot::open_since).
    pub open_since: Option<SystemTime>,
    /// Why it left the closed state then.
    pub opened_by: Option<Reason>,
}

impl Registry {
    /// How every breaker is doing, registered ones and those of all families included. It changes nothing, and is cheap enough to be asked
    /// every second.
    ///
    /// ```
    /// use breaker_runtime::{Config, registry};
    ///
    /// assert!(registry().health().healthy); // no breaker yet
    /// registry().get_or_create_family("http", Config::default(), 100).get("a.example").trip();
    /// let report = registry().health();
    /// assert!(!report.healthy);
    /// assert_eq!(report.breakers[0].name, "http[a.example]");
    /// ```
    #[must_use]
    pub fn health(&self) -> HealthReport {
        let single = self.iter().map(CircuitBreaker::health);
        let registered = self.registered();
        let own = registered.iter().map(|breaker| breaker.health());
        let mut breakers: Vec<_> = single.chain(own).collect();
        for family in self.families() {
            breakers.append(&mut family.health());
        }
        HealthReport {
            healthy: breakers.iter().all(|breaker| breaker.healthy),
            breakers,
            #[cfg(feature = "redis")]
            fleets: fleets::fleets(self),
        }
    }
}

impl HealthReport {
    /// The breaker of this name; `name[key]` for a keyed one.
    ///
    /// ```
    /// use breaker_runtime::{Config, State, registry};
    ///
    /// registry().get_or_create("users", Config::default());
    /// let report = registry().health();
    /// assert_eq!(report.get("users").unwrap().state, State::Closed);
    /// assert!(report.get("orders").is_none());
    /// ```
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&BreakerHealth> {
        self.breakers.iter().find(|breaker| breaker.name == *name)
    }

    /// The breakers that do not let every call through.
    ///
    /// ```
    /// use breaker_runtime::{Config, registry};
    ///
    /// registry().get_or_create("users", Config::default()).trip();
    /// registry().get_or_create("orders", Config::default());
    /// let report = registry().health();
    /// assert_eq!(report.unhealthy().map(|breaker| breaker.name.as_str()).collect::<Vec<_>>(), ["users"]);
    /// ```
    pub fn unhealthy(&self) -> impl Iterator<Item = &BreakerHealth> {
        self.breakers.iter().filter(|breaker| !breaker.healthy)
    }
}

impl CircuitBreaker {
    /// How the breaker is doing, in short.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreaker, Config};
    ///
    /// let breaker = CircuitBreaker::new("users", Config::builder().failure_threshold(2).build()?);
    /// let _ = breaker.call(|| Err::<(), _>("down"));
    /// let _ = breaker.call(|| Err::<(), _>("down"));
    /// let health = breaker.health();
    /// assert!(!health.healthy);
    /// assert_eq!(health.failures, 2);
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    #[must_use]
    pub fn health(&self) -> BreakerHealth {
        BreakerHealth::new(self, self.machine().health())
    }

    /// As [`health`](Self::health); `None` if that takes a look at the clock.
    pub(crate) fn health_without_clock(&self) -> Option<BreakerHealth> {
        self.machine().health_without_clock().map(|seen| BreakerHealth::new(self, seen))
    }
}

impl BreakerHealth {
    fn new(breaker: &CircuitBreaker, seen: Health) -> Self {
        let Health { state, failures, last_failure, retry_after, open_since, opened_by } = seen;
        Self {
            name: breaker.machine().name().clone(),
            healthy: matches!(state, State::Closed | State::Disabled | State::MetricsOnly),
            state,
            failures,
            last_failure,
            retry_after,
            open_since,
            opened_by,
        }
    }
}

impl fmt::Display for HealthReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.healthy { "healthy" } else { "unhealthy" };
        let well = self.breakers.iter().filter(|breaker| breaker.healthy);
        write!(f, "{word}: {} of {} breakers", well.clone().count(), self.breakers.len())?;
        self.unhealthy().chain(well).try_for_each(|breaker| write!(f, "\n{breaker}"))?;
        #[cfg(feature = "redis")]
        self.fleets.iter().try_for_each(|fleet| write!(f, "\n{fleet}"))?;
        Ok(())
    }
}

impl fmt::Display for BreakerHealth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", Escaped(&self.name), self.state)?;
        if self.failures > 0 {
            write!(f, ", failures {}", self.failures)?;
        }
        match self.retry_after {
            Some(wait) => write!(f, ", retry after {:?}", in_millis(wait)),
            None => Ok(()),
        }
    }
}
