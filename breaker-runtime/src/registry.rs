//! Every named breaker of the program.

use std::{
    fmt,
    panic::{RefUnwindSafe, UnwindSafe},
    sync::Arc,
};

use once_cell::sync::Lazy;
use parking_lot::Mutex;

use crate::{
    breaker::CircuitBreaker,
    config::{Config, ConfigError},
    conflict::Conflict,
    family::CircuitBreakerFamily,
    listeners::ListenerId,
    name::Name,
    trace,
    transition::Transition,
};

use self::contents::{Contents, Entry};

mod contents;
mod overrides;

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
    static REGISTRY: Lazy<Registry> = Lazy::new(|| Registry { contents: Mutex::default() });
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
    contents: Mutex<Contents>,
}

/// What was made, and the conflicts that it found, of which nobody has been told yet: a subscriber is the user's code, so
/// it hears of them when no lock is held and no initialisation runs.
#[must_use = "the conflicts are to be reported"]
pub(crate) struct Changed<T> {
    pub(crate) value: T,
    conflicts: Vec<Conflict>,
}

impl<T> Changed<T> {
    /// Tells of the conflicts, and returns what was made.
    pub(crate) fn report(self) -> T {
        self.conflicts.iter().for_each(trace::conflict);
        self.value
    }
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
        self.named(name.into(), config).report()
    }

    /// As [`get_or_create`](Self::get_or_create), without a word about conflicts yet.
    pub(crate) fn named(&self, name: Name, config: Config) -> Changed<&'static CircuitBreaker> {
        self.change(|contents| {
            if let Some((value, declared)) = contents.breakers.named(&name).map(Entry::declared) {
                contents.report_difference(name, declared, config);
                return value;
            }
            contents.report_other_kind(&name);
            let entry = contents.breaker(name, config);
            contents.breakers.add_named(entry)
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
        self.named_family(name.into(), config, max_keys).report()
    }

    /// As [`get_or_create_family`](Self::get_or_create_family), without a word about conflicts yet.
    pub(crate) fn named_family(
        &self,
        name: Name,
        config: Config,
        max_keys: usize,
    ) -> Changed<&'static CircuitBreakerFamily> {
        self.change(|contents| {
            if let Some((value, declared)) = contents.families.named(&name).map(Entry::declared) {
                let (kept, refused) = (value.max_keys(), max_keys.max(1));
                if kept != refused {
                    contents.report(Conflict::MaxKeys { name: name.clone(), kept, refused });
                }
                contents.report_difference(name, declared, config);
                return value;
            }
            contents.report_other_kind(&name);
            let entry = contents.family(name, config, max_keys);
            contents.families.add_named(entry)
        })
    }

    /// A breaker of its own for a place with a default name; equal labels get `#2`, `#3`, …
    #[cfg_attr(not(feature = "macros"), expect(dead_code, reason = "only annotated functions have default names"))]
    pub(crate) fn labelled(&self, label: &'static str, config: Config) -> Changed<&'static CircuitBreaker> {
        self.change(|contents| {
            let name = contents.distinguish(label);
            let entry = contents.breaker(name, config);
            contents.breakers.add(entry)
        })
    }

    /// As [`labelled`](Self::labelled), a family.
    #[cfg_attr(not(feature = "macros"), expect(dead_code, reason = "only annotated functions have default names"))]
    pub(crate) fn labelled_family(
        &self,
        label: &'static str,
        config: Config,
        max_keys: usize,
    ) -> Changed<&'static CircuitBreakerFamily> {
        self.change(|contents| {
            let name = contents.distinguish(label);
            let entry = contents.family(name, config, max_keys);
            contents.families.add(entry)
        })
    }

    #[cfg_attr(not(feature = "macros"), expect(dead_code, reason = "only annotated functions have default names"))]
    pub(crate) fn invalid(&self, name: &'static str, error: ConfigError) -> Changed<()> {
        self.change(|contents| contents.report(Conflict::Invalid { name: name.into(), error }))
    }

    /// Makes something under the lock.
    fn change<T>(&self, make: impl FnOnce(&mut Contents) -> T) -> Changed<T> {
        let mut contents = self.contents.lock();
        let known = contents.conflicts.len();
        let value = make(&mut contents);
        Changed { value, conflicts: contents.conflicts[known..].to_vec() }
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
        self.contents.lock().conflicts.clone()
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
    pub fn on_transition(&self, listener: impl Fn(&Transition) + Send + Sync + 'static) -> ListenerId {
        let id = ListenerId::new();
        self.contents.lock().subscribe(id, Arc::new(listener));
        id
    }

    /// Removes a listener of the registry's own. Returns whether it was there. A transition that happened before may still
    /// reach it.
    ///
    /// ```
    /// use breaker_runtime::{Config, registry};
    ///
    /// let listener = registry().on_transition(|_| unreachable!());
    /// assert!(registry().remove_listener(listener));
    /// registry().get_or_create("users", Config::default()).trip();
    /// ```
    pub fn remove_listener(&self, listener: ListenerId) -> bool {
        let (removed, breakers, families) = {
            let mut contents = self.contents.lock();
            let removed = contents.unsubscribe(listener);
            (removed, contents.breakers.values(), contents.families.values())
        };
        // Without the lock: a listener's destructor is the user's code.
        for breaker in breakers {
            breaker.machine().unsubscribe(listener);
        }
        for family in families {
            family.unsubscribe(listener);
        }
        removed.is_some()
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
