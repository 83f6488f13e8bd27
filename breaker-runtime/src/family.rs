//! One breaker for each key.

use std::{
    fmt,
    panic::{RefUnwindSafe, UnwindSafe},
    sync::Arc,
};

use parking_lot::Mutex;

use crate::{
    breaker::CircuitBreaker,
    clock::{Clock, Replacement},
    config::Config,
    listeners::{Listener, ListenerId},
    name::Name,
    transition::Transition,
};

pub use self::totals::FamilyTotals;
use self::{key::Key, shards::Shards};

mod key;
mod shards;
mod totals;

pub(crate) const MAX_KEYS: usize = 1024;

/// Breakers of one kind, one for each key: a host, a tenant, a shard. One that is down does not close the others off.
///
/// A key's breaker is made on first use and is named `name[key]`. At most [`max_keys`](Self::max_keys) are kept. When
/// there are that many, a new key makes room: up to a sixteenth of the kept keys go, the least recently used first, those
/// whose breaker is closed, has no failure in its counts, and is held by nobody. If there is none like that, closed ones
/// with failures go. A circuit that is open, half-open or forced is never lost, nor one in use.
///
/// When nothing may go, new keys share one breaker, named `name[*]`, until there is room: the family stays within its
/// bound, and every call stays guarded.
///
/// ```
/// use breaker_runtime::{CircuitBreakerFamily, Config, State};
///
/// let hosts = CircuitBreakerFamily::new("http", Config::builder().failure_threshold(1).build()?);
/// let _ = hosts.get("a.example").call(|| Err::<(), _>("down"));
/// assert_eq!(hosts.get("a.example").state(), State::Open);
/// assert_eq!(hosts.get("b.example").state(), State::Closed);
/// assert_eq!(hosts.get("b.example").name(), "http[b.example]");
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
pub struct CircuitBreakerFamily {
    name: Name,
    shards: Shards,
    /// Everything but a look at a kept key happens under this lock, which is taken before a shard's.
    shared: Mutex<Shared>,
}

/// What a new breaker is made by, and what the ones that went leave behind.
struct Shared {
    config: Config,
    max_keys: usize,
    clock: Option<Replacement>,
    listeners: Vec<(ListenerId, Listener)>,
    overflow: Option<Arc<CircuitBreaker>>,
    /// How many new keys go to the overflow without another search for room, after one in vain.
    searches_to_skip: usize,
    /// What the evicted breakers had counted.
    evicted: FamilyTotals,
}

impl CircuitBreakerFamily {
    /// A family without keys, whose breakers have these settings.
    ///
    /// It is not in the [`registry`](crate::registry());
    /// [`Registry::get_or_create_family`](crate::Registry::get_or_create_family) makes one that is.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreakerFamily, Config, registry};
    ///
    /// let shards = CircuitBreakerFamily::new("shards", Config::default());
    /// assert!(shards.is_empty());
    /// assert!(registry().family("shards").is_none());
    /// ```
    pub fn new(name: impl Into<Name>, config: Config) -> Self {
        Self::named(name.into(), config)
    }

    pub(crate) fn named(name: Name, config: Config) -> Self {
        let shared = Shared {
            config,
            max_keys: MAX_KEYS,
            clock: None,
            listeners: Vec::new(),
            overflow: None,
            searches_to_skip: 0,
            evicted: FamilyTotals::default(),
        };
        Self { name, shards: Shards::default(), shared: Mutex::new(shared) }
    }

    /// How many keys have a breaker of their own at most: 1024 by default; 0 is taken as 1.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreakerFamily, Config};
    ///
    /// let tenants = CircuitBreakerFamily::new("tenants", Config::default()).with_max_keys(2);
    /// for tenant in 0..100 {
    ///     let _ = tenants.get(tenant).call(|| Ok::<_, ()>(tenant));
    /// }
    /// assert_eq!(tenants.len(), 2);
    /// assert_eq!(tenants.totals().successes, 100);
    /// ```
    #[must_use]
    pub fn with_max_keys(mut self, keys: usize) -> Self {
        self.shared.get_mut().max_keys = keys.max(1);
        self
    }

    /// The breaker of this key, made now if there is none. Keys are the same if they are written the same.
    ///
    /// Do not keep it longer than the call: a breaker that somebody holds is never evicted.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreakerFamily, Config};
    ///
    /// let shards = CircuitBreakerFamily::new("shards", Config::default());
    /// let answer = shards.get(7).call(|| Ok::<_, &str>("rows of shard 7"));
    /// assert!(answer.is_ok());
    /// assert_eq!(shards.get("7").snapshot().successes, 1); // the same one
    /// ```
    #[inline]
    pub fn get(&self, key: impl fmt::Display) -> Arc<CircuitBreaker> {
        let key = Key::of(&key);
        match self.shards.get(key.as_str()) {
            Some(breaker) => breaker,
            None => self.init(key.as_str()),
        }
    }

    #[cold]
    fn init(&self, key: &str) -> Arc<CircuitBreaker> {
        // Dropped after the lock: a listener of the user's goes with its breaker.
        let _evicted;
        let mut shared = self.shared.lock();
        if let Some(made_meanwhile) = self.shards.get(key) {
            return made_meanwhile;
        }
        if self.shards.len() >= shared.max_keys {
            _evicted = self.make_room(&mut shared);
        }
        if self.shards.len() >= shared.max_keys {
            let shared = &mut *shared;
            let overflow = shared.overflow.take().unwrap_or_else(|| self.create(shared, "*"));
            return Arc::clone(shared.overflow.insert(overflow));
        }
        let breaker = self.create(&shared, key);
        self.shards.add(key.into(), Arc::clone(&breaker));
        breaker
    }

    fn create(&self, shared: &Shared, key: &str) -> Arc<CircuitBreaker> {
        let name = format!("{}[{key}]", self.name).into();
        let breaker = CircuitBreaker::named(name, shared.config.clone(), shared.clock.clone());
        for (id, listener) in &shared.listeners {
            breaker.machine().subscribe(*id, Arc::clone(listener));
        }
        Arc::new(breaker)
    }

    /// Evicts several at once, so that a search among all keys is paid for by several new ones.
    fn make_room(&self, shared: &mut Shared) -> Vec<Arc<CircuitBreaker>> {
        if shared.searches_to_skip > 0 {
            shared.searches_to_skip -= 1;
            return Vec::new();
        }
        let evicted = self.shards.evict((shared.max_keys / 16).max(1));
        if evicted.is_empty() {
            shared.searches_to_skip = shared.max_keys / 64;
        }
        for (_, seen) in &evicted {
            shared.evicted.add(&FamilyTotals::of(seen));
        }
        evicted.into_iter().map(|(breaker, _)| breaker).collect()
    }

    /// The name, as it stands before the `[key]` of each breaker's.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreakerFamily, Config};
    ///
    /// let hosts = CircuitBreakerFamily::new("http", Config::default());
    /// assert_eq!((hosts.name(), hosts.get("a.example").name()), ("http", "http[a.example]"));
    /// ```
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The settings of every breaker, as they are now.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreakerFamily, Config};
    ///
    /// let hosts = CircuitBreakerFamily::new("http", Config::builder().failure_threshold(3).build()?);
    /// assert_eq!(hosts.get("a.example").config(), hosts.config());
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    #[must_use]
    pub fn config(&self) -> Config {
        self.shared.lock().config.clone()
    }

    /// Returns how many keys are kept at most.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreakerFamily, Config};
    ///
    /// assert_eq!(CircuitBreakerFamily::new("hosts", Config::default()).max_keys(), 1024);
    /// ```
    #[must_use]
    pub fn max_keys(&self) -> usize {
        self.shared.lock().max_keys
    }

    /// How many keys have a breaker of their own now.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreakerFamily, Config};
    ///
    /// let hosts = CircuitBreakerFamily::new("http", Config::default());
    /// for host in ["a.example", "b.example", "a.example"] {
    ///     let _ = hosts.get(host).call(|| Ok::<_, ()>(()));
    /// }
    /// assert_eq!(hosts.len(), 2);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        // Under the lock, so that no key is counted that makes room for another one that is counted too.
        let _shared = self.shared.lock();
        self.shards.len()
    }

    /// Whether no key has a breaker.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreakerFamily, Config};
    ///
    /// let hosts = CircuitBreakerFamily::new("http", Config::default());
    /// assert!(hosts.is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The keys of this moment with their breakers, in no order. What it holds is in use, and not evicted meanwhile.
    /// The [`overflow`](Self::overflow) is not among them.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreakerFamily, Config, State};
    ///
    /// let hosts = CircuitBreakerFamily::new("http", Config::default());
    /// hosts.get("a.example").trip();
    /// let _ = hosts.get("b.example");
    /// let open = hosts.iter().filter(|(_, breaker)| breaker.state() == State::Open);
    /// assert_eq!(open.map(|(host, _)| host.to_string()).collect::<Vec<_>>(), ["a.example"]);
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (Arc<str>, Arc<CircuitBreaker>)> + use<> {
        let _shared = self.shared.lock();
        self.shards.all().into_iter()
    }

    /// The breaker that keys share which found no room, if that ever happened. Then `max_keys` is small for the number
    /// of circuits that are open or in use at once.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreakerFamily, Config};
    ///
    /// let hosts = CircuitBreakerFamily::new("http", Config::default()).with_max_keys(1);
    /// hosts.get("a.example").trip(); // open, so it stays
    /// assert_eq!(hosts.get("b.example").name(), "http[*]");
    /// assert_eq!(hosts.overflow().unwrap().name(), "http[*]");
    /// ```
    #[must_use]
    pub fn overflow(&self) -> Option<Arc<CircuitBreaker>> {
        self.shared.lock().overflow.clone()
    }

    /// What all calls of all keys came to, also of keys that were evicted. The figures only ever grow.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreakerFamily, Config};
    ///
    /// let hosts = CircuitBreakerFamily::new("http", Config::default()).with_max_keys(1);
    /// for host in ["a.example", "b.example"] {
    ///     let _ = hosts.get(host).call(|| Ok::<_, ()>(()));
    /// }
    /// assert_eq!((hosts.len(), hosts.totals().successes), (1, 2));
    /// ```
    #[must_use]
    pub fn totals(&self) -> FamilyTotals {
        // Under the lock, so that no breaker is evicted between the two sums.
        let shared = self.shared.lock();
        let mut totals = shared.evicted;
        self.each(&shared, |breaker| totals.add(&FamilyTotals::of(&breaker.snapshot())));
        totals
    }

    /// Something of every breaker, in the order of their names.
    pub(crate) fn map<T>(&self, of: impl Fn(&CircuitBreaker) -> T) -> Vec<T> {
        let mut all = Vec::new();
        self.each(&self.shared.lock(), |breaker| all.push((breaker.name().to_owned(), of(breaker))));
        all.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        all.into_iter().map(|(_, value)| value).collect()
    }

    fn each(&self, shared: &Shared, mut visit: impl FnMut(&CircuitBreaker)) {
        self.shards.each(&mut visit);
        if let Some(overflow) = &shared.overflow {
            visit(overflow);
        }
    }

    /// Puts other settings in place, in every breaker and those still to be made: see [`CircuitBreaker::reconfigure`].
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreakerFamily, Config, State};
    ///
    /// let hosts = CircuitBreakerFamily::new("http", Config::default());
    /// let host = hosts.get("a.example");
    /// hosts.reconfigure(Config::builder().failure_threshold(1).build()?);
    /// let _ = host.call(|| Err::<(), _>("down"));
    /// assert_eq!(host.state(), State::Open);
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    pub fn reconfigure(&self, config: Config) {
        let mut shared = self.shared.lock();
        shared.config = config;
        self.each(&shared, |breaker| breaker.reconfigure(shared.config.clone()));
    }

    /// Tells `listener` of every transition of every key's breaker, also of those still to be made. A listener on a
    /// breaker of a key is lost when the key is evicted; this one stays. For the rest it is as
    /// [`CircuitBreaker::on_transition`] says.
    ///
    /// ```
    /// use std::sync::mpsc;
    /// use breaker_runtime::{CircuitBreakerFamily, Config};
    ///
    /// let hosts = CircuitBreakerFamily::new("http", Config::default());
    /// let (opened, seen) = mpsc::channel();
    /// hosts.on_transition(move |t| opened.send(t.name.clone()).unwrap());
    /// hosts.get("a.example").trip();
    /// assert_eq!(seen.recv().unwrap(), "http[a.example]");
    /// ```
    pub fn on_transition(&self, listener: impl Fn(&Transition) + Send + Sync + 'static) -> ListenerId {
        let id = ListenerId::new();
        self.subscribe(id, Arc::new(listener));
        id
    }

    /// Removes a listener of this family's own. Returns whether it was there. A transition that happened before may still
    /// reach it.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreakerFamily, Config};
    ///
    /// let hosts = CircuitBreakerFamily::new("hosts", Config::default());
    /// let listener = hosts.on_transition(|_| unreachable!());
    /// assert!(hosts.remove_listener(listener));
    /// hosts.get("a.example").trip();
    /// ```
    pub fn remove_listener(&self, listener: ListenerId) -> bool {
        self.unsubscribe(listener)
    }

    pub(crate) fn unsubscribe(&self, id: ListenerId) -> bool {
        // Dropped after the lock: a listener's destructor is the user's code.
        let removed = {
            let mut shared = self.shared.lock();
            let place = shared.listeners.iter().position(|(known, _)| *known == id);
            place.map(|place| shared.listeners.remove(place))
        };
        // Not under the lock, for the same reason.
        let overflow = self.overflow();
        for breaker in self.iter().map(|(_, breaker)| breaker).chain(overflow) {
            breaker.machine().unsubscribe(id);
        }
        removed.is_some()
    }

    pub(crate) fn subscribe(&self, id: ListenerId, listener: Listener) {
        let mut shared = self.shared.lock();
        self.each(&shared, |breaker| breaker.machine().subscribe(id, Arc::clone(&listener)));
        shared.listeners.push((id, listener));
    }

    /// Puts another clock under every breaker, also those still to be made: see [`CircuitBreaker::set_clock`].
    ///
    /// ```
    /// use std::time::Duration;
    /// use breaker_runtime::{CircuitBreakerFamily, Config, State, testing::ManualClock};
    ///
    /// let clock = ManualClock::new();
    /// let hosts = CircuitBreakerFamily::new("http", Config::default());
    /// hosts.set_clock(clock.clone());
    /// hosts.get("a.example").trip();
    /// clock.advance(Duration::from_secs(60));
    /// assert_eq!(hosts.get("a.example").state(), State::HalfOpen);
    /// ```
    pub fn set_clock(&self, clock: impl Clock) {
        let clock: Arc<dyn Clock> = Arc::new(clock);
        let replacement = Replacement::new(Arc::clone(&clock));
        // Dropped after the lock: the old clock's destructor is the user's code.
        let (_before, overflow) = {
            let mut shared = self.shared.lock();
            (shared.clock.replace(replacement), shared.overflow.clone())
        };
        // Not under the lock: a listener hears of it.
        for breaker in self.iter().map(|(_, breaker)| breaker).chain(overflow) {
            breaker.machine().set_clock(Arc::clone(&clock));
        }
    }
}

// Sound for the same reason as for `CircuitBreaker`.
impl UnwindSafe for CircuitBreakerFamily {}
impl RefUnwindSafe for CircuitBreakerFamily {}

impl fmt::Debug for CircuitBreakerFamily {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CircuitBreakerFamily")
            .field("name", &self.name)
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}
