//! Which breakers are shown.

use std::{fmt, ops::Deref};

use crate::{CircuitBreaker, CircuitBreakerFamily, registry};

use super::reading::Reading;

/// Which breakers an exporter shows: those of the [`registry`], and what is added to them.
///
/// ```
/// use breaker_runtime::{CircuitBreaker, Config, integration::Scope};
///
/// static MINE: std::sync::LazyLock<CircuitBreaker> =
///     std::sync::LazyLock::new(|| CircuitBreaker::new("mine", Config::default()));
///
/// let scope = Scope::registry().with(&*MINE).by_key();
/// # let _ = scope;
/// ```
#[derive(Default)]
#[must_use = "give it to an exporter"]
pub struct Scope {
    breakers: Vec<Held<CircuitBreaker>>,
    families: Vec<Held<CircuitBreakerFamily>>,
    by_key: bool,
}

type Held<T> = Box<dyn Deref<Target = T> + Send + Sync>;

impl Scope {
    /// Every breaker in the registry, also those still to be made, and keyed ones under the name of their family.
    ///
    /// ```
    /// use breaker_runtime::integration::Scope;
    ///
    /// let all = Scope::registry(); // for an exporter's `new`
    /// # let _ = all;
    /// ```
    pub fn registry() -> Self {
        Self::default()
    }

    /// Also a breaker that is not in the registry: an `Arc` of it, or a `&'static` one. Breakers of one name are shown
    /// as one, their counts summed.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use breaker_runtime::{CircuitBreaker, Config, integration::Scope};
    ///
    /// let mine = Arc::new(CircuitBreaker::new("mine", Config::default()));
    /// let scope = Scope::registry().with(Arc::clone(&mine));
    /// # let _ = scope;
    /// ```
    pub fn with(mut self, breaker: impl Deref<Target = CircuitBreaker> + Send + Sync + 'static) -> Self {
        self.breakers.push(Box::new(breaker));
        self
    }

    /// Also a family that is not in the registry: an `Arc` of it, or a `&'static` one.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use breaker_runtime::{CircuitBreakerFamily, Config, integration::Scope};
    ///
    /// let hosts = Arc::new(CircuitBreakerFamily::new("http", Config::default()));
    /// let scope = Scope::registry().with_family(Arc::clone(&hosts));
    /// # let _ = scope;
    /// ```
    pub fn with_family(mut self, family: impl Deref<Target = CircuitBreakerFamily> + Send + Sync + 'static) -> Self {
        self.families.push(Box::new(family));
        self
    }

    /// Shows each key as a service of its own, `name[key]`, in place of the family. That is as many series as there are
    /// keys, times twenty, and a key's series end when it is evicted.
    ///
    /// ```
    /// use breaker_runtime::integration::Scope;
    ///
    /// let each_host = Scope::registry().by_key();
    /// # let _ = each_host;
    /// ```
    pub fn by_key(mut self) -> Self {
        self.by_key = true;
        self
    }

    /// What there is to show now, one for each name, in the order of the names.
    pub(crate) fn read(&self) -> Vec<Reading> {
        let mut readings: Vec<_> = registry().iter().map(Reading::of_breaker).collect();
        readings.extend(self.breakers.iter().map(|breaker| Reading::of_breaker(breaker)));
        registry().families().for_each(|family| self.read_family(family, &mut readings));
        self.families.iter().for_each(|family| self.read_family(family, &mut readings));
        readings.sort_by(|a, b| a.service.cmp(&b.service));
        readings.dedup_by(|later, first| {
            let same = later.service == first.service;
            if same {
                first.absorb(later);
            }
            same
        });
        readings
    }

    fn read_family(&self, family: &CircuitBreakerFamily, readings: &mut Vec<Reading>) {
        if self.by_key {
            let keyed = family.iter().map(|(_, breaker)| breaker).chain(family.overflow());
            readings.extend(keyed.map(|breaker| Reading::of_breaker(&breaker)));
        } else {
            readings.push(Reading::of_family(family));
        }
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope")
            .field("breakers", &self.breakers.len())
            .field("families", &self.families.len())
            .field("by_key", &self.by_key)
            .finish()
    }
}
