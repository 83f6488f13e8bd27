//! The options of a fleet.

use std::{collections::BTreeSet, fmt, time::Duration};

use crate::{
    fleet::{
        engine::Engine,
        error::FleetError,
        handle::Fleet,
        node::Options,
        redis::{RedisEngine, address::Address},
        row::{MAX_VOTES, millis},
        sharing::Sharing,
        text::{MAX_NAME, MAX_NODE, escape},
    },
    registry::registry,
};

/// The longest `grace`, `ramp` and `poll`.
const MAX_WAIT: Duration = Duration::from_secs(3600);
/// The shortest `poll`.
const MIN_POLL: Duration = Duration::from_millis(100);

/// The options of a [`Fleet`], from [`Fleet::builder`] or [`Fleet::with_engine`].
///
/// ```
/// use std::time::Duration;
/// use breaker_runtime::fleet::Fleet;
///
/// let fleet = Fleet::builder("redis://cache:6379")
///     .namespace("shop")
///     .quorum(3)
///     .share(["user-service", "payments"])
///     .ramp(Duration::from_secs(5))
///     .start()?;
/// # Ok::<(), breaker_runtime::fleet::FleetError>(())
/// ```
#[must_use = "`start` it"]
pub struct FleetBuilder {
    store: Store,
    namespace: String,
    node: Option<String>,
    quorum: u32,
    names: Option<BTreeSet<String>>,
    families: BTreeSet<String>,
    grace: Duration,
    ramp: Duration,
    poll: Duration,
}

enum Store {
    Redis(String),
    Own(Box<dyn Engine>),
}

impl Fleet {
    /// The options of a fleet on Redis 6 or later, or Valkey.
    ///
    /// | address | what |
    /// |---|---|
    /// | `redis://[user][:password@]host[:port][/database]` | a server, or any node of a cluster |
    /// | `rediss://…` | the same over TLS, with the feature `redis-tls` |
    /// | `unix:///path` | a socket on this machine |
    /// | `redis-sentinel://[user][:password@]host[:port],host[:port]…[/database]#master` | the master of this name that the first sentinel to answer knows |
    pub fn builder(url: impl Into<String>) -> FleetBuilder {
        FleetBuilder::over(Store::Redis(url.into()))
    }

    /// The same over an engine of your own, or a [`MemoryEngine`](crate::fleet::MemoryEngine).
    pub fn with_engine(engine: impl Engine) -> FleetBuilder {
        FleetBuilder::over(Store::Own(Box::new(engine)))
    }
}

impl FleetBuilder {
    fn over(store: Store) -> Self {
        Self {
            store,
            namespace: String::new(),
            node: None,
            quorum: 2,
            names: None,
            families: BTreeSet::new(),
            grace: Duration::from_secs(2),
            ramp: Duration::ZERO,
            poll: Duration::from_secs(5),
        }
    }

    /// The name of your service; it must be given. Breakers of one name are one circuit within a namespace, and two
    /// services on one Redis must not share "payments" by accident.
    pub fn namespace(mut self, name: impl Into<String>) -> Self {
        self.namespace = name.into();
        self
    }

    /// The name of this process among the others, of which each must have its own; the host's name and the process id by
    /// default.
    pub fn node(mut self, name: impl Into<String>) -> Self {
        self.node = Some(name.into());
        self
    }

    /// How many nodes must have opened a circuit before it opens for all, 1 to 100; 2 by default. If fewer live, all of
    /// them must. So of two nodes with a quorum of 2, what one opens stays its own.
    pub fn quorum(mut self, nodes: u32) -> Self {
        self.quorum = nodes;
        self
    }

    /// The breakers of the registry that take part, by name; by default all with an explicit name. What
    /// [settings](crate::settings#fleets) say of one stands over it.
    pub fn share<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.names.get_or_insert_default().extend(names.into_iter().map(Into::into));
        self
    }

    /// The keys of this family take part too, each as `family[key]`. By default none do. What
    /// [settings](crate::settings#fleets) say of the family, or of a key, stands over it.
    pub fn share_keys(mut self, family: impl Into<String>) -> Self {
        self.families.insert(family.into());
        self
    }

    /// How much later than the fleet a node acts alone, should the engine say nothing; 2 s by default.
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// When a circuit closes for all, the nodes close one after another within this time; 0 by default, all at once.
    pub fn ramp(mut self, ramp: Duration) -> Self {
        self.ramp = ramp;
        self
    }

    /// How often a node looks for what it did not hear of, give or take a half; 5 s by default. All nodes of a namespace
    /// must have the same: a node that has not looked for two of these is taken for dead.
    pub fn poll(mut self, poll: Duration) -> Self {
        self.poll = poll;
        self
    }

    /// Starts the fleet, on a thread of its own. It never waits for the engine, and does not fail because that is down.
    ///
    /// # Errors
    /// [`FleetError::Option`] if an option cannot be.
    pub fn start(self) -> Result<Fleet, FleetError> {
        let node = self.node.unwrap_or_else(default_node);
        check_name("namespace", &self.namespace, "the name of your service", MAX_NODE)?;
        check_name("node", &node, "a name that no other process has", MAX_NODE)?;
        if !(1..=MAX_VOTES as u32).contains(&self.quorum) {
            return Err(wrong(format!("`quorum` is {}: write 1 to {MAX_VOTES}", self.quorum)));
        }
        for (option, wait) in [("grace", self.grace), ("ramp", self.ramp), ("poll", self.poll)] {
            if wait > MAX_WAIT {
                return Err(wrong(format!("`{option}` is {wait:?}: write at most an hour")));
            }
        }
        if self.poll < MIN_POLL {
            return Err(wrong(format!("`poll` is {:?}: write at least {MIN_POLL:?}", self.poll)));
        }
        let names = self.names.iter().flatten().chain(&self.families);
        for name in names {
            check_name("share", name, "the name of a breaker", MAX_NAME)?;
        }
        let engine: Box<dyn Engine> = match self.store {
            Store::Redis(url) => {
                let address = Address::read(&url).map_err(|why| wrong(format!("the address of the engine: {why}")))?;
                Box::new(RedisEngine::new(address, &self.namespace))
            }
            Store::Own(engine) => engine,
        };
        let options = Options {
            node: escape(&node),
            quorum: u64::from(self.quorum),
            poll: millis(self.poll),
            grace: millis(self.grace),
            ramp: millis(self.ramp),
            seed: fastrand::u64(..),
        };
        let sharing = Sharing { names: self.names, families: self.families };
        Fleet::begin(engine, options, sharing, self.namespace, node, registry())
    }
}

impl fmt::Debug for FleetBuilder {
    /// Without the address: it may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FleetBuilder")
            .field("namespace", &self.namespace)
            .field("node", &self.node)
            .field("quorum", &self.quorum)
            .finish_non_exhaustive()
    }
}

fn check_name(option: &str, name: &str, what: &str, max: usize) -> Result<(), FleetError> {
    if name.is_empty() {
        return Err(wrong(format!("`{option}` is missing: write {what}")));
    }
    if name.len() > max {
        return Err(wrong(format!("`{option}` has {} bytes: write at most {max}", name.len())));
    }
    Ok(())
}

fn wrong(what: String) -> FleetError {
    FleetError::Option(what)
}

/// The host's name and the process id.
fn default_node() -> String {
    let host = host().unwrap_or_else(|| "host".to_owned());
    let host = crate::fleet::text::bounded(&host, MAX_NODE - 11).to_owned();
    format!("{host}-{}", std::process::id())
}

/// By the system, or by what shells and containers call it.
fn host() -> Option<String> {
    let read = |path| std::fs::read_to_string(path).ok();
    let name = read("/proc/sys/kernel/hostname").or_else(|| read("/etc/hostname"));
    let named = |variable| std::env::var(variable).ok();
    let name = name.or_else(|| named("HOSTNAME")).or_else(|| named("COMPUTERNAME"))?;
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}
