//! The registry as its users hold it: breakers by name.

use std::{
    fmt,
    panic::{RefUnwindSafe, UnwindSafe},
    sync::Arc,
};

use parking_lot::Mutex;

use crate::{
    breaker::CircuitBreaker,
    clock::Clock,
    conflict::Conflict,
    family::CircuitBreakerFamily,
    listeners::{Listener, ListenerId},
};

use super::{
    contents::{Contents, PlacedClock},
    recent::Recent,
};

/// Breakers by name. They live as long as the program.
///
/// [`registry`](crate::registry()) is the only one.
///
/// ```
/// use breaker_runtime::{Config, registry};
///
/// registry().get_or_create("users", Config::default());
/// registry().get_or_create("orders", Config::default());
/// let names: Vec<&str> = registry().iter().map(|breaker| breaker.name()).collect();
/// assert_eq!(names, ["users", "orders"]);
/// ```
pub struct Registry {
    pub(super) contents: Mutex<Contents>,
    pub(super) recent: Arc<Recent>,
    /// What annotated functions keep while this one is a test's own.
    #[cfg(all(feature = "macros", feature = "testing"))]
    pub(super) places: super::places::Places,
}

impl Registry {
    /// An empty one.
    pub(super) fn new(clock: Option<Arc<dyn Clock>>) -> Self {
        let mut contents = Contents::default();
        contents.clock = clock.map(PlacedClock::new);
        let recent = Arc::<Recent>::default();
        let log = Arc::clone(&recent);
        let listener: Listener = Arc::new(move |transition| log.add(transition));
        let registered = contents.subscribe(ListenerId::new(), listener);
        debug_assert!(registered.is_empty());
        Self {
            contents: Mutex::new(contents),
            recent,
            #[cfg(all(feature = "macros", feature = "testing"))]
            places: super::places::Places::default(),
        }
    }

    /// The breaker of this name: explicit names first, then default ones. An annotated function's breaker appears with
    /// its first call, or the first use of its handle. The breaker of a key is in its [`family`](Self::family).
    ///
    /// ```
    /// use breaker_runtime::{Config, registry};
    ///
    /// assert!(registry().get("users").is_none());
    /// registry().get_or_create("users", Config::default());
    /// registry().get("users").unwrap().force_open();
    /// ```
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'static CircuitBreaker> {
        self.contents.lock().breakers.get(name)
    }

    /// The family of this name: explicit names first, then default ones.
    ///
    /// ```
    /// use breaker_runtime::{Config, registry};
    ///
    /// registry().get_or_create_family("http", Config::default(), 100).get("a.example").trip();
    /// let http = registry().family("http").unwrap();
    /// assert_eq!(http.totals().times_opened, 1);
    /// ```
    #[must_use]
    pub fn family(&self, name: &str) -> Option<&'static CircuitBreakerFamily> {
        self.contents.lock().families.get(name)
    }

    /// All single breakers, in the order in which they were made.
    ///
    /// ```
    /// use breaker_runtime::{Config, State, registry};
    ///
    /// registry().get_or_create("users", Config::default()).trip();
    /// registry().get_or_create("orders", Config::default());
    /// let open: Vec<_> = registry().iter().filter(|breaker| breaker.state() == State::Open).collect();
    /// assert_eq!((open.len(), open[0].name()), (1, "users"));
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = &'static CircuitBreaker> + use<> {
        self.contents.lock().breakers.values().into_iter()
    }

    /// All families, in the order in which they were made.
    ///
    /// ```
    /// use breaker_runtime::{Config, registry};
    ///
    /// registry().get_or_create_family("http", Config::default(), 100).get("a.example");
    /// let keys: usize = registry().families().map(|family| family.len()).sum();
    /// assert_eq!(keys, 1);
    /// ```
    pub fn families(&self) -> impl Iterator<Item = &'static CircuitBreakerFamily> + use<> {
        self.contents.lock().families.values().into_iter()
    }

    /// Settings that did not take effect, in the order in which they were found. An empty list is what you want.
    ///
    /// Each difference is in it once, however often the code runs into it: the same options of the same name. 1024 are kept.
    ///
    /// ```
    /// use breaker_runtime::{Config, registry};
    ///
    /// registry().get_or_create("users", Config::default());
    /// registry().get_or_create("users", Config::builder().failure_threshold(3).build()?);
    /// assert_eq!(
    ///     registry().conflicts()[0].to_string(),
    ///     "`users` was made with other settings, which hold: `failure_threshold` is 5, not 3",
    /// );
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    #[must_use]
    pub fn conflicts(&self) -> Vec<Conflict> {
        self.contents.lock().conflicts.all()
    }

    /// For tests: puts another clock under every breaker in the registry, keyed and [registered](Self::register) ones
    /// included, also under those still to come. It closes them and clears their counts: see
    /// [`CircuitBreaker::set_clock`].
    ///
    /// ```
    /// use std::time::Duration;
    /// use breaker_runtime::{Config, State, registry, testing::ManualClock};
    ///
    /// let clock = ManualClock::new();
    /// registry().set_clock(clock.clone());
    /// let users = registry().get_or_create("users", Config::default());
    /// users.trip();
    /// clock.advance(Duration::from_secs(60));
    /// assert_eq!(users.state(), State::HalfOpen);
    /// ```
    pub fn set_clock(&self, clock: impl Clock) {
        let clock: Arc<dyn Clock> = Arc::new(clock);
        let placed = PlacedClock::new(Arc::clone(&clock));
        // Dropped after the lock: the old clock's destructor is the user's code.
        let (_before, breakers, families, registered) = {
            let mut contents = self.contents.lock();
            let before = contents.clock.replace(placed);
            (before, contents.breakers.values(), contents.families.values(), contents.registered.living())
        };
        // Not under the lock either: a clock is asked, and listeners hear of it.
        for breaker in breakers.into_iter().chain(registered.iter().map(|breaker| &**breaker)) {
            breaker.machine().set_clock(Arc::clone(&clock));
        }
        for family in families {
            family.set_clock(Arc::clone(&clock));
        }
    }
}

// Sound for the same reason as for `CircuitBreaker`.
impl UnwindSafe for Registry {}
impl RefUnwindSafe for Registry {}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let breakers: Vec<_> = self.iter().collect();
        let families: Vec<_> = self.families().collect();
        f.debug_struct("Registry").field("breakers", &breakers).field("families", &families).finish_non_exhaustive()
    }
}
