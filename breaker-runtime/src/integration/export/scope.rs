//! Which breakers are shown.

use std::{fmt, ops::Deref};

use crate::{
    breaker::CircuitBreaker,
    family::CircuitBreakerFamily,
    name::Name,
    registry::{RegisteredTotals, registry},
};

use super::reading::{LABEL, OWN_LABELS, Reading};

/// Which breakers an exporter shows: those of the [`registry`](crate::registry()), registered ones too, and what is added to them.
///
/// ```
/// # #[cfg(feature = "prometheus")] {
/// use std::sync::Arc;
/// use breaker_runtime::{CircuitBreaker, Config, integration::{Scope, prometheus::CircuitBreakerCollector}, registry};
/// use prometheus::core::Collector;
///
/// registry().get_or_create("users", Config::default());
/// let mine = Arc::new(CircuitBreaker::new("mine", Config::default()));
///
/// let shown = CircuitBreakerCollector::new(Scope::registry().with(mine));
/// assert_eq!(shown.collect()[0].get_metric().len(), 2); // the state of either
/// # }
/// ```
#[must_use = "give it to an exporter, or read it"]
pub struct Scope {
    label: Name,
    breakers: Vec<Held<CircuitBreaker>>,
    families: Vec<Held<CircuitBreakerFamily>>,
    by_key: bool,
}

type Held<T> = Box<dyn Deref<Target = T> + Send + Sync>;

impl Scope {
    /// Every breaker in the registry, also those still to be made, and keyed ones under the name of their family.
    ///
    /// ```
    /// # #[cfg(feature = "prometheus")] {
    /// use breaker_runtime::{Config, integration::{Scope, prometheus::CircuitBreakerCollector}, registry};
    /// use prometheus::core::Collector;
    ///
    /// let shown = CircuitBreakerCollector::new(Scope::registry());
    /// registry().get_or_create("users", Config::default()); // made later, and shown all the same
    /// assert_eq!(shown.collect()[0].get_metric()[0].get_label()[0].value(), "users");
    /// # }
    /// ```
    pub fn registry() -> Self {
        Self { label: Name::from(LABEL), breakers: Vec::new(), families: Vec::new(), by_key: false }
    }

    /// Another name for the label that holds the name of the circuit, in place of `service`.
    ///
    /// Prometheus gives each target labels of its own, and a `ServiceMonitor` of Kubernetes one that is called `service`: then
    /// ours comes out as `exported_service`, and rules over `service` speak of something else. Alert rules and the dashboard
    /// must name the same label: `docs/operations` says how.
    ///
    /// What cannot be a label is made one: `_` stands for each character that is not a letter, a digit or `_` of ASCII and
    /// before a leading digit, two leading `_` become one, and one of the labels that there are already (`state`, `result`, `from`, `to`, `reason`)
    /// gets a `_` behind it.
    ///
    /// ```
    /// # #[cfg(feature = "prometheus")] {
    /// use breaker_runtime::{Config, integration::{Scope, prometheus::CircuitBreakerCollector}, registry};
    /// use prometheus::core::Collector;
    ///
    /// let shown = CircuitBreakerCollector::new(Scope::registry().label("circuit"));
    /// registry().get_or_create("users", Config::default());
    /// let family = &shown.collect()[0];
    /// let label = &family.get_metric()[0].get_label()[0];
    /// assert_eq!((label.name(), label.value()), ("circuit", "users"));
    /// # }
    /// ```
    pub fn label(mut self, name: impl AsRef<str>) -> Self {
        self.label = Name::from(valid_label(name.as_ref()));
        self
    }

    /// The label that holds the name.
    #[cfg(feature = "prometheus")]
    pub(crate) fn name_label(&self) -> &str {
        &self.label
    }

    /// Also a breaker that is not in the registry: an `Arc` of it, or a `&'static` one. Breakers of one name are shown
    /// as one, their counts summed.
    ///
    /// ```
    /// # #[cfg(feature = "prometheus")] {
    /// use std::sync::Arc;
    /// use breaker_runtime::{CircuitBreaker, Config, integration::{Scope, prometheus::CircuitBreakerCollector}};
    /// use prometheus::core::Collector;
    ///
    /// let mine = Arc::new(CircuitBreaker::new("mine", Config::default()));
    /// let shown = CircuitBreakerCollector::new(Scope::registry().with(Arc::clone(&mine)));
    /// mine.trip();
    /// assert_eq!(shown.collect()[0].get_metric()[0].get_gauge().get_value(), 2.0); // open
    /// # }
    /// ```
    pub fn with(mut self, breaker: impl Deref<Target = CircuitBreaker> + Send + Sync + 'static) -> Self {
        self.breakers.push(Box::new(breaker));
        self
    }

    /// Also a family that is not in the registry: an `Arc` of it, or a `&'static` one.
    ///
    /// ```
    /// # #[cfg(feature = "prometheus")] {
    /// use std::sync::Arc;
    /// use breaker_runtime::{CircuitBreakerFamily, Config, integration::{Scope, prometheus::CircuitBreakerCollector}};
    /// use prometheus::core::Collector;
    ///
    /// let hosts = Arc::new(CircuitBreakerFamily::new("http", Config::default()));
    /// let shown = CircuitBreakerCollector::new(Scope::registry().with_family(Arc::clone(&hosts)));
    /// hosts.get("a.example");
    /// assert_eq!(shown.collect()[0].get_metric()[0].get_label()[0].value(), "http");
    /// # }
    /// ```
    pub fn with_family(mut self, family: impl Deref<Target = CircuitBreakerFamily> + Send + Sync + 'static) -> Self {
        self.families.push(Box::new(family));
        self
    }

    /// Shows each key as a service of its own, `name[key]`, in place of the family. That is as many series as there are
    /// keys, times twenty, and a key's series end when it is evicted. A key that is written as a breaker's name is told apart
    /// from it: `name[key]#2`.
    ///
    /// ```
    /// # #[cfg(feature = "prometheus")] {
    /// use breaker_runtime::{Config, integration::{Scope, prometheus::CircuitBreakerCollector}, registry};
    /// use prometheus::core::Collector;
    ///
    /// let shown = CircuitBreakerCollector::new(Scope::registry().by_key());
    /// registry().get_or_create_family("http", Config::default(), 100).get("a.example");
    /// assert_eq!(shown.collect()[0].get_metric()[0].get_label()[0].value(), "http[a.example]");
    /// # }
    /// ```
    pub fn by_key(mut self) -> Self {
        self.by_key = true;
        self
    }

    /// Reads what there is to show now, one for each name, in the order of the names: what every exporter stands on, for
    /// one of your own.
    ///
    /// ```
    /// use breaker_runtime::{Config, State, integration::Scope, registry};
    ///
    /// registry().get_or_create("users", Config::default()).trip();
    /// for seen in Scope::registry().read() {
    ///     println!("{} is {}, {} calls were rejected", seen.name, seen.state, seen.totals.rejected);
    /// }
    /// ```
    #[must_use]
    pub fn read(&self) -> Vec<Reading> {
        let mut readings: Vec<_> = registry().iter().map(Reading::of_breaker).collect();
        let RegisteredTotals { living, gone } = registry().registered_totals();
        readings.extend(living.iter().map(|(breaker, totals)| Reading::of_registered(breaker, *totals)));
        readings.extend(self.breakers.iter().map(|breaker| Reading::of_breaker(breaker)));
        registry().families().for_each(|family| self.read_family(family, &mut readings));
        self.families.iter().for_each(|family| self.read_family(family, &mut readings));
        // A breaker by itself before a key of the same name.
        readings.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.family.cmp(&b.family)));
        readings.dedup_by(|later, first| {
            let same = later.is_as(first);
            if same {
                first.absorb(later);
            }
            same
        });
        // Only their counts: in which state they were is over.
        for (name, totals) in gone {
            match readings.binary_search_by(|seen| seen.name.cmp(&name).then_with(|| seen.family.cmp(&None))) {
                Ok(place) => readings[place].totals.add(&totals),
                Err(place) => readings.insert(place, Reading::of_gone(name, totals)),
            }
        }
        #[cfg(feature = "redis")]
        {
            let mut shared = super::fleet::shared();
            readings.iter_mut().for_each(|reading| reading.fleet = shared.remove(reading.name.as_str()));
        }
        distinguish(&mut readings);
        readings.iter_mut().for_each(|seen| seen.label = self.label.clone());
        readings
    }

    fn read_family(&self, family: &CircuitBreakerFamily, readings: &mut Vec<Reading>) {
        if self.by_key {
            let name = Name::from(family.name().to_owned());
            readings.extend(family.iter().map(|(_, breaker)| Reading::of_key(&name, &breaker)));
            readings.extend(family.overflow().map(|breaker| Reading::of_overflow(&name, &breaker)));
        } else {
            readings.push(Reading::of_family(family));
        }
    }
}

/// Gives those of one name that mean different things, such as the breaker `http[a]` and the key `a` of `http`, a name each:
/// the later ones get `#2`, `#3`, …
fn distinguish(readings: &mut [Reading]) {
    let mut found = false;
    let mut first = 0;
    for place in 1..readings.len() {
        if readings[place].name != readings[first].name {
            first = place;
        } else {
            found = true;
            readings[place].name = format!("{}#{}", readings[first].name, place - first + 1).into();
        }
    }
    if found {
        readings.sort_by(|a, b| a.name.cmp(&b.name));
    }
}

/// The name itself if it can be one, else the nearest.
fn valid_label(name: &str) -> String {
    let mut label: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if label.starts_with(|first: char| first.is_ascii_digit()) || label.is_empty() {
        label.insert(0, '_');
    }
    // Two are Prometheus's own.
    while label.starts_with("__") {
        label.remove(0);
    }
    if OWN_LABELS.contains(&label.as_str()) {
        label.push('_');
    }
    label
}

impl Default for Scope {
    /// That of the [`registry`](Self::registry).
    fn default() -> Self {
        Self::registry()
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope")
            .field("breakers", &self.breakers.len())
            .field("families", &self.families.len())
            .field("by_key", &self.by_key)
            .field("label", &self.label)
            .finish()
    }
}
