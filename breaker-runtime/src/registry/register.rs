//! Takes in breakers of the user's own.

use std::sync::Arc;

use crate::breaker::CircuitBreaker;

use super::{face::Registry, overrides::put_mode, registered::RegisteredTotals};

impl Registry {
    /// Lets a breaker of your own be seen: by [`health`](Self::health), metrics, [`settings`](crate::settings), listeners and
    /// [`recent`](Self::recent). A second time it does nothing.
    ///
    /// It is held weakly: as soon as you drop it, it is not seen any more. [`get`](Self::get) and [`iter`](Self::iter), which lend
    /// for the length of the program, do not show it; [`find`](Self::find) does. Its name need not be its own: those that share one are one in
    /// metrics, their counts summed, also what dropped ones had counted (of the 1024 names that were dropped last), and each is in the health
    /// report.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use breaker_runtime::{CircuitBreaker, Config, registry};
    ///
    /// struct Client { breaker: Arc<CircuitBreaker> }
    ///
    /// impl Client {
    ///     fn new(region: &str) -> Self {
    ///         let breaker = Arc::new(CircuitBreaker::new(format!("orders-{region}"), Config::default()));
    ///         registry().register(Arc::clone(&breaker));
    ///         Self { breaker }
    ///     }
    /// }
    ///
    /// let [west, _east] = ["west", "east"].map(Client::new);
    /// west.breaker.trip();
    /// let report = registry().health();
    /// assert_eq!((report.breakers.len(), report.unhealthy().count()), (2, 1));
    /// drop(west);
    /// assert_eq!(registry().health().breakers.len(), 1);
    /// ```
    pub fn register(&self, breaker: Arc<CircuitBreaker>) {
        let changed = self.change(|contents| {
            if contents.registered.contains(&breaker) {
                return None;
            }
            let name = breaker.machine().name().clone();
            let declared = breaker.config();
            contents.put_over(&breaker, &name, &declared);
            contents.let_hear(&breaker);
            contents.registered.add(&breaker, name, declared);
            Some(contents.clock.clone())
        });
        // Without the lock: a clock is the user's code, and so are the listeners that hear of a mode.
        let Some(clock) = changed.report() else { return };
        if let Some(placed) = clock {
            breaker.machine().set_clock(placed.clock);
        }
        self.put_modes_by(|installed| put_mode(&breaker, installed));
    }

    /// Returns a [registered](Self::register) breaker of this name, the first of those that are alive.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use breaker_runtime::{CircuitBreaker, Config, registry};
    ///
    /// let mine = Arc::new(CircuitBreaker::new("mine", Config::default()));
    /// registry().register(Arc::clone(&mine));
    /// registry().find("mine").unwrap().force_open();
    /// assert!(!mine.health().healthy);
    /// drop(mine);
    /// assert!(registry().find("mine").is_none());
    /// ```
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Arc<CircuitBreaker>> {
        self.contents.lock().registered.find(name)
    }

    /// The breakers made here with an explicit name, which is an identity.
    #[cfg(feature = "redis")]
    pub(crate) fn explicitly_named(&self) -> Vec<&'static CircuitBreaker> {
        self.contents.lock().breakers.named_values()
    }

    /// Those that are registered and alive, in their order.
    pub(crate) fn registered(&self) -> Vec<Arc<CircuitBreaker>> {
        self.contents.lock().registered.living()
    }

    /// What they show, with what dropped ones had counted.
    pub(crate) fn registered_totals(&self) -> RegisteredTotals {
        self.contents.lock().registered.totals()
    }
}
