//! One breaker for each key.

use std::{
    fmt,
    panic::{RefUnwindSafe, UnwindSafe},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
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

#[cfg(feature = "macros")]
pub(crate) use self::hold::{Hold, SendHold};
pub(crate) use self::key::Key;
pub use self::totals::FamilyTotals;
use self::{gone::Gone, overrides::Overrides, shards::Shards};

mod create;
mod entry;
mod eviction;
mod gone;
mod health;
#[cfg(feature = "macros")]
mod hold;
mod install;
mod key;
#[cfg_attr(not(feature = "macros"), expect(dead_code, reason = "only generated code comes through a cache"))]
mod lease;
mod overrides;
mod shards;
#[cfg(feature = "macros")]
mod thread_cache;
mod totals;

pub(crate) const MAX_KEYS: usize = 1024;

/// Breakers of one kind, one for each key: a host, a tenant, a shard. One that is down does not close the others off.
///
/// A key's breaker is made on first use and is named `name[key]`. At most [`max_keys`](Self::max_keys) are kept. When
/// there are that many, a new key makes room: up to a sixteenth of the kept keys go, the least recently used first.
///
/// | order | which |
/// |---|---|
/// | first | closed, without a failure in its counts |
/// | then | closed, with failures |
/// | then | open or half-open, its wait is over, and nobody called since |
/// | never | one that keeps callers out, one whose state is forced, one with a call in flight, and one whose [`Arc`] somebody holds; a [`Weak`](std::sync::Weak) is no hold |
///
/// When nothing may go, calls of a new key are let through *unguarded*, until there is room. They are counted by one breaker,
/// `name[*]`, which never opens by itself, since one bad key must not close off the others; a state that is forced on
/// it holds. [`FamilyTotals::unguarded`] counts these calls: if there are any, `max_keys` is small for the number of circuits
/// that are open or in use at once. The key `*` itself is written `name[\*]`.
///
/// A call that is under way while its key is [removed](Self::remove) loses nothing: its result is in the family's totals.
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
    /// No other family of the program has it. A name is no identity.
    id: u64,
    shards: Shards,
    /// Everything but a look at a kept key happens under this lock, which is taken before a shard's.
    shared: Mutex<Shared>,
}

/// What a new breaker is made by, and what the ones that went leave behind.
struct Shared {
    config: Arc<Config>,
    max_keys: usize,
    /// How many keys are kept now.
    len: usize,
    clock: Option<Replacement>,
    listeners: Vec<(ListenerId, Listener)>,
    /// Settings by name, if the family is in a registry.
    overrides: Option<Overrides>,
    overflow: Option<Arc<CircuitBreaker>>,
    /// How many new keys go to the overflow without another search for room, after one in vain.
    searches_to_skip: usize,
    gone: Gone,
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
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let shared = Shared {
            config: Arc::new(config),
            max_keys: MAX_KEYS,
            len: 0,
            clock: None,
            listeners: Vec::new(),
            overrides: None,
            overflow: None,
            searches_to_skip: 0,
            gone: Gone::default(),
        };
        Self { name, id: NEXT.fetch_add(1, Relaxed) as u64, shards: Shards::new(), shared: Mutex::new(shared) }
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

    /// A new family whose breakers go by this clock.
    pub(crate) fn with_replacement(mut self, clock: Option<Replacement>) -> Self {
        self.shared.get_mut().clock = clock;
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
        self.breaker(key.as_str(), self.shards.hash(key.as_str()))
    }

    /// Returns the breaker of this key; `None` if the key has none. Makes none, and is no use of the key.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreakerFamily, Config};
    ///
    /// let hosts = CircuitBreakerFamily::new("http", Config::default());
    /// assert!(hosts.find("a.example").is_none());
    /// hosts.get("a.example").trip();
    /// assert!(hosts.find("a.example").is_some_and(|host| host.rejection().is_some()));
    /// assert_eq!(hosts.len(), 1);
    /// ```
    pub fn find(&self, key: impl fmt::Display) -> Option<Arc<CircuitBreaker>> {
        let key = Key::of(&key);
        self.shards.get(key.as_str(), self.shards.hash(key.as_str()), |entry| Arc::clone(&entry.breaker))
    }

    /// Removes a key, whatever its state: a host that is gone for good, say. Returns whether it was there.
    ///
    /// The next call of the key begins with a new breaker. What the old one counted stays in the [totals](Self::totals), and
    /// so does the result of a call that is under way.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreakerFamily, Config, State};
    ///
    /// let hosts = CircuitBreakerFamily::new("http", Config::default());
    /// hosts.get("a.example").trip();
    /// assert!(hosts.remove("a.example"));
    /// assert!(!hosts.remove("a.example"));
    /// assert_eq!(hosts.get("a.example").state(), State::Closed);
    /// assert_eq!(hosts.totals().times_opened, 1);
    /// ```
    pub fn remove(&self, key: impl fmt::Display) -> bool {
        self.take(Key::of(&key).as_str())
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
        Config::clone(&self.shared.lock().config)
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
        self.shared.lock().len
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
        let mut all = Vec::new();
        let _shared = self.shared.lock();
        self.shards.each(|entry| all.push((Arc::clone(&entry.key), Arc::clone(&entry.breaker))));
        all.into_iter()
    }

    /// The breaker that counts the calls of keys that found no room, if that ever happened: see
    /// [the type](Self). It never opens by itself; what forces its state holds for all those calls.
    ///
    /// ```
    /// use breaker_runtime::{CircuitBreakerFamily, Config};
    ///
    /// let hosts = CircuitBreakerFamily::new("http", Config::default()).with_max_keys(1);
    /// hosts.get("a.example").trip(); // open, so it stays
    /// for _ in 0..10 {
    ///     let _ = hosts.get("b.example").call(|| Err::<(), _>("down"));
    /// }
    /// let unguarded = hosts.overflow().unwrap();
    /// assert_eq!((unguarded.name(), unguarded.state().as_str()), ("http[*]", "closed"));
    /// assert_eq!(hosts.totals().unguarded, 10);
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
        // Dropped after the lock: a listener of the user's goes with its breaker.
        let _dropped;
        // Under the lock, so that no key goes between the sums.
        let mut shared = self.shared.lock();
        _dropped = shared.gone.add(Vec::new());
        let mut totals = shared.gone.totals();
        self.shards.each(|entry| totals.add_lifetime(&entry.breaker.machine().lifetime()));
        if let Some(overflow) = &shared.overflow {
            totals.add_unguarded(&overflow.machine().lifetime());
        }
        totals
    }

    /// Something of every breaker, in the order of their names. No lock is held while `of` runs.
    pub(crate) fn map<T>(&self, of: impl Fn(&CircuitBreaker) -> T) -> Vec<T> {
        let mut all = Vec::new();
        self.visit(|breaker| all.push(Arc::clone(breaker)));
        all.sort_unstable_by(|a, b| a.name().cmp(b.name()));
        all.iter().map(|breaker| of(breaker)).collect()
    }

    /// Visits every breaker, under the locks.
    fn visit(&self, visit: impl FnMut(&Arc<CircuitBreaker>)) {
        self.each(&self.shared.lock(), visit);
    }

    fn each(&self, shared: &Shared, mut visit: impl FnMut(&Arc<CircuitBreaker>)) {
        self.shards.each(|entry| visit(&entry.breaker));
        shared.overflow.iter().for_each(visit);
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
        shared.config = Arc::new(config);
        self.each(&shared, |breaker| breaker.machine().reconfigure(Arc::clone(&shared.config)));
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
        for breaker in self.all() {
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
        let _before = self.shared.lock().clock.replace(replacement);
        // Not under the lock: a listener hears of it.
        for breaker in self.all() {
            breaker.machine().set_clock(Arc::clone(&clock));
        }
    }

    /// Every breaker, also of keys that went and that somebody holds still.
    fn all(&self) -> Vec<Arc<CircuitBreaker>> {
        let mut all = Vec::new();
        let shared = self.shared.lock();
        self.each(&shared, |breaker| all.push(Arc::clone(breaker)));
        all.extend(shared.gone.held().map(Arc::clone));
        all
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
