//! The fleet as its users hold it.

use std::{
    fmt,
    future::Future,
    ptr,
    sync::{Arc, Weak},
    thread,
};

use parking_lot::{Mutex, RwLock};

use crate::{
    fleet::{
        breakers::Breakers,
        driver::Driver,
        engine::Engine,
        error::FleetError,
        inbox::Inbox,
        mode::Mode,
        node::{Node, Options},
        order::Order,
        published::Published,
        reply::reply,
        request::{OverrideRequest, ResetRequest},
        sharing::Sharing,
        time::now,
        view::{FleetHealth, FleetStatus, FleetView},
    },
    health,
    listeners::ListenerId,
    registry::Registry,
};

/// One circuit for all processes of a service: see the [module](crate::fleet).
///
/// Clones are the same fleet. When the last is dropped, its thread ends, and gives back what it has: a lease to probe, and
/// the modes that the fleet forced.
///
/// ```
/// use std::time::Duration;
/// use breaker_runtime::fleet::{Fleet, FleetStatus};
///
/// let fleet = Fleet::builder("redis://cache:6379").namespace("shop").start()?;
/// assert!(matches!(fleet.status(), FleetStatus::Degraded { .. })); // not yet, or not at all: calls go on
/// # Ok::<(), breaker_runtime::fleet::FleetError>(())
/// ```
#[derive(Clone)]
pub struct Fleet {
    shared: Arc<Shared>,
}

struct Shared {
    inbox: Arc<Inbox>,
    published: Arc<RwLock<Published>>,
    node: String,
    namespace: String,
    registry: &'static Registry,
    listener: ListenerId,
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.registry.remove_listener(self.listener);
        self.inbox.stop();
    }
}

/// The fleets of this process, in the order in which they were started.
static RUNNING: Mutex<Vec<Weak<Shared>>> = Mutex::new(Vec::new());

impl Fleet {
    /// Those that share breakers of this registry.
    pub(crate) fn running(registry: &Registry) -> Vec<Self> {
        let living: Vec<_> = RUNNING.lock().iter().filter_map(Weak::upgrade).collect();
        // Outside the lock: the last clone of one may have been dropped meanwhile.
        let ours = living.into_iter().filter(|shared| ptr::eq(shared.registry, registry));
        ours.map(|shared| Self { shared }).collect()
    }

    /// From now on it is seen.
    fn run(&self) {
        let mut running = RUNNING.lock();
        running.retain(|fleet| fleet.strong_count() > 0);
        running.push(Arc::downgrade(&self.shared));
        health::ask_fleets(|registry| Self::running(registry).iter().map(Self::health).collect());
    }

    pub(crate) fn begin(
        engine: Box<dyn Engine>,
        options: Options,
        sharing: Sharing,
        namespace: String,
        node: String,
        registry: &'static Registry,
    ) -> Result<Self, FleetError> {
        let inbox = Arc::new(Inbox::default());
        let published = Published::new();
        let breakers = Breakers::new(registry, sharing, Arc::clone(&inbox));
        let listening = Arc::clone(&inbox);
        let listener = registry.on_transition(move |transition| listening.transition(transition));
        // From here on dropping it ends everything that was begun.
        let shared = Shared {
            inbox: Arc::clone(&inbox),
            published: Arc::clone(&published),
            node,
            namespace: namespace.clone(),
            registry,
            listener,
        };
        let driver = Driver::new(Node::new(options, now()), engine, breakers, inbox, Arc::clone(&published), namespace);
        thread::Builder::new()
            .name("breaker-fleet".to_owned())
            .spawn(move || driver.run())
            .map_err(|error| FleetError::Option(format!("no thread for the fleet: {error}")))?;
        let fleet = Self { shared: Arc::new(shared) };
        fleet.run();
        Ok(fleet)
    }

    /// Rejects every call of this circuit in the whole fleet, also on nodes that join later, until it is
    /// [`reset`](Self::reset) or its time is over.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # async fn operate(fleet: breaker_runtime::fleet::Fleet) -> Result<(), breaker_runtime::fleet::FleetError> {
    /// fleet.force_open("payments").by("ann").because("INC-4711").lasting(Duration::from_secs(3600)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn force_open(&self, name: impl Into<String>) -> OverrideRequest {
        self.overriding(name.into(), Mode::ForcedOpen)
    }

    /// Admits every call of this circuit in the whole fleet, and judges none.
    pub fn disable(&self, name: impl Into<String>) -> OverrideRequest {
        self.overriding(name.into(), Mode::Disabled)
    }

    /// Admits every call of this circuit in the whole fleet, counts, and reports what would have opened.
    pub fn metrics_only(&self, name: impl Into<String>) -> OverrideRequest {
        self.overriding(name.into(), Mode::MetricsOnly)
    }

    fn overriding(&self, name: String, mode: Mode) -> OverrideRequest {
        OverrideRequest::new(Arc::clone(&self.shared.inbox), name, mode, self.shared.node.clone())
    }

    /// Lifts what was set for this circuit, and closes it for the whole fleet if it is open. What a hand forced on one node
    /// stays.
    pub fn reset(&self, name: impl Into<String>) -> ResetRequest {
        ResetRequest::new(Arc::clone(&self.shared.inbox), name.into(), self.shared.node.clone())
    }

    /// The whole fleet, as the engine knows it at this moment.
    ///
    /// ```no_run
    /// # async fn look(fleet: breaker_runtime::fleet::Fleet) -> Result<(), breaker_runtime::fleet::FleetError> {
    /// for circuit in fleet.view().await?.circuits {
    ///     println!("{} is {}, opened alone by {:?}", circuit.name, circuit.state, circuit.votes);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the engine cannot be reached.
    pub fn view(&self) -> impl Future<Output = Result<FleetView, FleetError>> + Send + use<> {
        let (answer, waiting) = reply();
        self.shared.inbox.order(Order::View(answer));
        waiting
    }

    /// Whether this node hears of the others, without a round trip.
    ///
    /// ```
    /// # use breaker_runtime::fleet::{Fleet, FleetStatus};
    /// # fn ready(fleet: &Fleet) {
    /// if let FleetStatus::Degraded { since } = fleet.status() {
    ///     println!("every breaker is by itself since {since:?}");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn status(&self) -> FleetStatus {
        self.shared.published.read().status()
    }

    /// What this node knows of the fleet, without a round trip. It is in [`Registry::health`] too.
    ///
    /// ```
    /// use breaker_runtime::fleet::{Fleet, MemoryEngine};
    ///
    /// let fleet = Fleet::with_engine(MemoryEngine::new()).namespace("shop").node("api-1").start()?;
    /// let health = fleet.health();
    /// assert_eq!((health.namespace.as_str(), health.node.as_str()), ("shop", "api-1"));
    /// for circuit in &health.circuits {
    ///     println!("{}: {}, opened by {:?}, {:?}", circuit.name, circuit.state, circuit.votes, circuit.overridden);
    /// }
    /// # Ok::<(), breaker_runtime::fleet::FleetError>(())
    /// ```
    #[must_use]
    pub fn health(&self) -> FleetHealth {
        self.shared.published.read().health(&self.shared.namespace, &self.shared.node)
    }

    /// The namespace.
    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.shared.namespace
    }

    /// The name of this node.
    #[must_use]
    pub fn node(&self) -> &str {
        &self.shared.node
    }
}

impl fmt::Debug for Fleet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fleet")
            .field("namespace", &self.shared.namespace)
            .field("node", &self.shared.node)
            .field("status", &self.status())
            .finish_non_exhaustive()
    }
}
