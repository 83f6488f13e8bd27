//! Every named breaker of the program.

use std::{
    fmt,
    panic::{RefUnwindSafe, UnwindSafe},
    sync::Arc,
};

use once_cell::sync::Lazy;
use parking_lot::Mutex;

use crate::{
    CircuitBreaker, CircuitBreakerFamily, Config, ConfigError, Name, Transition,
    settings::{Settings, SettingsError},
    trace,
};

pub use self::conflict::Conflict;
use self::entries::{Entries, Member};

mod conflict;
mod entries;

/// The registry of this program: the breakers of all annotated functions that have been called, and those made by
/// [`Registry::get_or_create`] and [`Registry::get_or_create_family`].
///
/// ```
/// use breaker_runtime::{Config, registry};
///
/// let users = registry().get_or_create("users", Config::default());
/// users.trip();
/// assert_eq!(registry().get("users").unwrap().state().as_str(), "open");
/// ```
#[must_use]
pub fn registry() -> &'static Registry {
    static REGISTRY: Lazy<Registry> = Lazy::new(|| Registry { entries: Mutex::default() });
    &REGISTRY
}

/// Breakers by name. They live as long as the program.
///
/// [`registry`] is the only one.
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
    entries: Mutex<Entries>,
}

impl Registry {
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
        self.entries.lock().breakers.get(name)
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
        self.entries.lock().families.get(name)
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
        self.entries.lock().breakers.guards().into_iter()
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
        self.entries.lock().families.guards().into_iter()
    }

    /// The breaker of this name, made now if there is none.
    ///
    /// If there is one that was made with other settings, it stays as it is, and the difference is among the
    /// [`conflicts`](Self::conflicts).
    ///
    /// ```
    /// use breaker_runtime::{Config, registry};
    ///
    /// let users = registry().get_or_create("users", Config::default());
    /// users.trip();
    /// let same = registry().get_or_create("users", Config::default());
    /// assert_eq!(same.state(), users.state());
    /// ```
    pub fn get_or_create(&self, name: impl Into<Name>, config: Config) -> &'static CircuitBreaker {
        let name = name.into();
        self.change(|entries| {
            if let Some((guard, declared)) = entries.breakers.named(&name).map(Member::declared) {
                entries.report_difference(name, declared, config);
                return guard;
            }
            entries.report_other_kind(&name);
            let member = entries.breaker(name, config);
            entries.breakers.add_named(member)
        })
    }

    /// The family of this name, made now if there is none. See [`CircuitBreakerFamily::max_keys`] for the bound.
    ///
    /// If there is one that was made with other settings or another bound, it stays as it is, and the difference is
    /// among the [`conflicts`](Self::conflicts).
    ///
    /// ```
    /// use breaker_runtime::{Config, registry};
    ///
    /// let hosts = registry().get_or_create_family("hosts", Config::default(), 100);
    /// hosts.get("a.example").trip();
    /// let open = registry().family("hosts").unwrap().get("a.example");
    /// assert_eq!(open.state().as_str(), "open");
    /// ```
    pub fn get_or_create_family(
        &self,
        name: impl Into<Name>,
        config: Config,
        max_keys: usize,
    ) -> &'static CircuitBreakerFamily {
        let name = name.into();
        self.change(|entries| {
            if let Some((guard, declared)) = entries.families.named(&name).map(Member::declared) {
                let (kept, refused) = (guard.bound(), max_keys.max(1));
                if kept != refused {
                    entries.conflicts.push(Conflict::MaxKeys { name: name.clone(), kept, refused });
                }
                entries.report_difference(name, declared, config);
                return guard;
            }
            entries.report_other_kind(&name);
            let member = entries.family(name, config, max_keys);
            entries.families.add_named(member)
        })
    }

    /// A breaker of its own for a place with a default name; equal labels get `#2`, `#3`, …
    #[cfg_attr(not(feature = "macros"), expect(dead_code, reason = "only annotated functions have default names"))]
    pub(crate) fn create_labelled(&self, label: &'static str, config: Config) -> &'static CircuitBreaker {
        self.change(|entries| {
            let name = entries.distinguish(label);
            let member = entries.breaker(name, config);
            entries.breakers.add(member)
        })
    }

    /// As [`create_labelled`](Self::create_labelled), a family.
    #[cfg_attr(not(feature = "macros"), expect(dead_code, reason = "only annotated functions have default names"))]
    pub(crate) fn create_labelled_family(
        &self,
        label: &'static str,
        config: Config,
        max_keys: usize,
    ) -> &'static CircuitBreakerFamily {
        self.change(|entries| {
            let name = entries.distinguish(label);
            let member = entries.family(name, config, max_keys);
            entries.families.add(member)
        })
    }

    #[cfg_attr(not(feature = "macros"), expect(dead_code, reason = "only annotated functions have default names"))]
    pub(crate) fn report_invalid(&self, name: &'static str, error: ConfigError) {
        self.change(|entries| entries.conflicts.push(Conflict::Invalid { name: name.into(), error }));
    }

    /// Makes something, and tells of the conflicts that it found, outside the lock.
    fn change<T>(&self, make: impl FnOnce(&mut Entries) -> T) -> T {
        let (made, found) = {
            let mut entries = self.entries.lock();
            let known = entries.conflicts.len();
            let made = make(&mut entries);
            (made, entries.conflicts[known..].to_vec())
        };
        found.iter().for_each(trace::conflict);
        made
    }

    pub(crate) fn install(&self, overrides: Settings) -> Result<(), SettingsError> {
        self.entries.lock().install(overrides)
    }

    pub(crate) fn unused_settings(&self) -> Vec<String> {
        self.entries.lock().unused_settings()
    }

    /// Settings that did not take effect, in the order in which they were found. An empty list is what you want.
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
        self.entries.lock().conflicts.clone()
    }

    /// Tells `listener` of every transition of every breaker in the registry, keyed ones included, also of those still
    /// to be made. For the rest it is as [`CircuitBreaker::on_transition`] says.
    ///
    /// ```
    /// use std::sync::mpsc;
    /// use breaker_runtime::{Config, registry};
    ///
    /// let (log, seen) = mpsc::channel();
    /// registry().on_transition(move |t| log.send(format!("{}: {} -> {}", t.name, t.from, t.to)).unwrap());
    /// registry().get_or_create("users", Config::default()).trip();
    /// assert_eq!(seen.recv().unwrap(), "users: closed -> open");
    /// ```
    pub fn on_transition(&self, listener: impl Fn(&Transition) + Send + Sync + 'static) {
        self.entries.lock().subscribe(Arc::new(listener));
    }
}

// As its breakers.
impl UnwindSafe for Registry {}
impl RefUnwindSafe for Registry {}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let breakers: Vec<_> = self.iter().collect();
        let families: Vec<_> = self.families().collect();
        f.debug_struct("Registry").field("breakers", &breakers).field("families", &families).finish_non_exhaustive()
    }
}
