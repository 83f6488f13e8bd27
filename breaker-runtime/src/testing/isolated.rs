//! A registry of a test's own.

use std::{
    fmt,
    future::{Future, poll_fn},
    pin::pin,
};

use crate::{
    clock::ManualClock,
    registry::{
        Registry,
        isolated::{Entered, enter, leaked},
    },
};

/// Gives this test breakers of its own: while the guard lives, annotated functions, families, caches,
/// [`registry`](crate::registry()), [`settings`](crate::settings) and listeners on this thread answer from a new registry, and
/// every breaker in it goes by [`clock`](Isolated::clock).
///
/// One line at the top of a test, and it shares no circuit with the tests that run beside it. Other threads and tasks are brought in by
/// [`run`](Isolated::run) and [`future`](Isolated::future). Guards nest, and must be dropped in turn.
///
/// A breaker of your own (`breaker = PAYMENTS`) is shared by all tests as before. What a scope's registry lends lives as long as the
/// program, so each scope keeps its memory.
///
#[cfg_attr(feature = "macros", doc = "```")]
#[cfg_attr(not(feature = "macros"), doc = "```ignore")]
/// use std::{io, time::Duration};
/// use breaker_runtime::{State, circuit_breaker, testing};
///
/// #[circuit_breaker(failure_threshold = 1, recovery_timeout = "1h", handle = ping_breaker)]
/// fn ping(up: bool) -> io::Result<()> {
///     if up { Ok(()) } else { Err(io::ErrorKind::ConnectionRefused.into()) }
/// }
///
/// let scope = testing::isolated();
/// let _ = ping(false);
/// assert_eq!(ping_breaker().state(), State::Open);
/// scope.clock().advance(Duration::from_secs(3600));
/// assert_eq!(ping_breaker().state(), State::HalfOpen);
///
/// let inner = testing::isolated();
/// assert_eq!(ping_breaker().state(), State::Closed); // another one
/// drop(inner);
/// drop(scope);
/// assert_eq!(ping_breaker().state(), State::Closed); // the program's
/// ```
///
/// # Panics
/// When a guard is dropped before one that was made after it on the same thread.
#[must_use = "the scope ends when the guard is dropped"]
pub fn isolated() -> Isolated {
    let clock = ManualClock::new();
    let registry = leaked(clock.clone());
    Isolated { registry, clock, entered: enter(registry) }
}

/// The guard of a scope with a registry of its own: see [`isolated`]. It stays on the thread that made it.
///
/// ```compile_fail
/// let scope = breaker_runtime::testing::isolated();
/// std::thread::spawn(move || drop(scope)); // not `Send`
/// ```
pub struct Isolated {
    registry: &'static Registry,
    clock: ManualClock,
    #[expect(dead_code, reason = "its destructor leaves the scope")]
    entered: Entered,
}

impl Isolated {
    /// The clock under every breaker of the scope. It stands still until it is moved.
    ///
    /// ```
    /// use std::time::Duration;
    /// use breaker_runtime::{Config, State, registry, testing};
    ///
    /// let scope = testing::isolated();
    /// let users = registry().get_or_create("users", Config::default());
    /// users.trip();
    /// scope.clock().advance(Duration::from_secs(60));
    /// assert_eq!(users.state(), State::HalfOpen);
    /// ```
    #[must_use]
    pub fn clock(&self) -> ManualClock {
        self.clock.clone()
    }

    /// Runs `f` in the scope, on whichever thread this is called on.
    ///
    /// ```
    /// use std::thread;
    /// use breaker_runtime::{Config, registry, testing};
    ///
    /// let scope = testing::isolated();
    /// registry().get_or_create("users", Config::default());
    /// thread::scope(|threads| {
    ///     threads.spawn(|| assert!(registry().get("users").is_none()));
    ///     threads.spawn(|| scope.run(|| assert!(registry().get("users").is_some())));
    /// });
    /// ```
    pub fn run<T>(&self, f: impl FnOnce() -> T) -> T {
        let _entered = enter(self.registry);
        f()
    }

    /// Takes a future into the scope: it is in it at each poll, on whichever thread, so it may be spawned.
    ///
    /// ```
    /// # use std::{future::Future, pin::pin, task::{Context, Waker}, thread};
    /// use breaker_runtime::{Config, registry, testing};
    ///
    /// let scope = testing::isolated();
    /// registry().get_or_create("users", Config::default());
    /// let task = scope.future(async { registry().get("users").is_some() });
    /// // tokio::spawn(task), say
    /// # let poll = move || pin!(task).poll(&mut Context::from_waker(Waker::noop())).map(|found| assert!(found));
    /// # assert!(thread::spawn(poll).join().unwrap().is_ready());
    /// ```
    pub fn future<F: Future>(&self, future: F) -> impl Future<Output = F::Output> + use<F> {
        let registry = self.registry;
        async move {
            let mut future = pin!(future);
            poll_fn(move |context| {
                let _entered = enter(registry);
                future.as_mut().poll(context)
            })
            .await
        }
    }
}

impl fmt::Debug for Isolated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Isolated").field("registry", self.registry).field("clock", &self.clock).finish()
    }
}
