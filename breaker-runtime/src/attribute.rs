//! The attribute, with examples that can only be run here: the crate that defines it does not know the runtime.

/// Guards a function with a circuit breaker.
///
/// It goes on any function or method with a body: sync, async, or one that returns `impl Future`,
/// `Pin<Box<dyn Future>>` or `BoxFuture`; generic, `unsafe`, in a trait or an `impl` of one, above or below
/// `#[async_trait]`. Not on a `const fn`, a C-variadic function, one that returns `!`, or a sync one with
/// `#[track_caller]`. The signature stays as it is.
///
/// While the circuit is open the function is not called: the fallback answers, or the call returns
/// `Err(E::from(CircuitOpen { .. }))`.
///
/// ```
/// use std::{io, sync::atomic::{AtomicU32, Ordering::Relaxed}};
/// use breaker_runtime::circuit_breaker;
///
/// static CALLS: AtomicU32 = AtomicU32::new(0);
///
/// #[circuit_breaker(failure_threshold = 3, fallback = cached_user)]
/// fn fetch_user(id: u64) -> io::Result<String> {
///     CALLS.fetch_add(1, Relaxed);
///     Err(io::Error::other(format!("no answer for user {id}")))
/// }
///
/// fn cached_user(id: u64) -> io::Result<String> {
///     Ok(format!("user {id}, as last seen"))
/// }
///
/// for _ in 0..10 {
///     assert_eq!(fetch_user(7).unwrap(), "user 7, as last seen");
/// }
/// assert_eq!(CALLS.load(Relaxed), 3); // the service was spared the other seven
/// ```
///
/// # What opens the circuit
/// By default five failures in a row. With a `failure_rate` it is the share of failures in the sliding `window`, once
/// that holds `min_calls`; `window = "10s"` looks back in time instead.
///
/// ```
/// use std::io;
/// use breaker_runtime::{State, circuit_breaker};
///
/// #[circuit_breaker(failure_rate = 0.5, window = 20, min_calls = 4, handle = search_breaker)]
/// fn search(term: &str) -> io::Result<Vec<String>> {
///     if term.is_empty() { Err(io::ErrorKind::InvalidInput.into()) } else { Ok(vec![term.to_owned()]) }
/// }
///
/// for term in ["tea", "cups", "", ""] {
///     let _ = search(term);
/// }
/// assert_eq!(search_breaker().state(), State::Open); // 2 of 4 failed
/// ```
///
/// A service that answers late can be as bad as one that does not. Calls that take longer than `slow_call_duration` are
/// slow, successes too, and the circuit opens at `slow_call_rate`:
///
/// ```
/// use std::{io, time::Duration};
/// use breaker_runtime::{State, circuit_breaker, testing::ManualClock};
///
/// #[circuit_breaker(slow_call_duration = "2s", slow_call_rate = 0.5, min_calls = 2, handle = report_breaker)]
/// fn report(clock: &ManualClock, seconds: u64) -> io::Result<()> {
///     clock.advance(Duration::from_secs(seconds)); // so long it takes
///     Ok(())
/// }
///
/// let clock = ManualClock::new();
/// report_breaker().set_clock(clock.clone());
/// let _ = report(&clock, 1);
/// let _ = report(&clock, 3);
/// assert_eq!(report_breaker().state(), State::Open); // 1 of 2 was slow
/// ```
///
/// `Err` is a failure. `verdict` judges the whole return value instead: it is a success, a failure, or ignored. An error
/// that proves that the dependency lives, such as a 404, is a success; ignored is what says nothing about it. A function
/// that returns no `Result` needs a `verdict` or a `failure_if`, unless its type implements [`Outcome`].
///
/// ```
/// use breaker_runtime::{CircuitOpen, Verdict, circuit_breaker};
///
/// enum ApiError { NotFound, BadArgument, Unavailable }
/// impl From<CircuitOpen> for ApiError {
///     fn from(_: CircuitOpen) -> Self { Self::Unavailable }
/// }
///
/// fn verdict<T>(result: &Result<T, ApiError>) -> Verdict {
///     match result {
///         Ok(_) | Err(ApiError::NotFound) => Verdict::Success, // it answered
///         Err(ApiError::BadArgument) => Verdict::Ignored, // it was not asked
///         Err(ApiError::Unavailable) => Verdict::Failure,
///     }
/// }
///
/// #[circuit_breaker(verdict = verdict, handle = order_breaker)]
/// fn order(id: u64) -> Result<u64, ApiError> {
///     match id {
///         0 => Err(ApiError::BadArgument),
///         1..100 => Ok(id),
///         _ => Err(ApiError::NotFound),
///     }
/// }
///
/// for id in [0, 7, 404] {
///     let _ = order(id);
/// }
/// let seen = order_breaker().snapshot();
/// assert_eq!((seen.successes, seen.ignored, seen.failures), (2, 1, 0));
/// ```
///
/// `failure_if` is the short form for a yes or no about the whole value, and `ignore_if` for the errors that say nothing
/// about the dependency; that is asked first.
///
/// ```
/// use std::io;
/// use breaker_runtime::circuit_breaker;
///
/// #[circuit_breaker(failure_if = |status| *status >= 500, fallback = |_| 503, handle = ping_breaker)]
/// fn ping(status: u16) -> u16 {
///     status
/// }
///
/// assert_eq!((ping(200), ping(404), ping(500)), (200, 404, 503));
/// assert_eq!(ping_breaker().snapshot().failures, 1);
///
/// #[circuit_breaker(ignore_if = |error| error.kind() == io::ErrorKind::InvalidInput, handle = parse_breaker)]
/// fn parse(text: &str) -> io::Result<u8> {
///     text.parse().map_err(|_| io::ErrorKind::InvalidInput.into())
/// }
///
/// let _ = parse("seven");
/// assert_eq!((parse_breaker().snapshot().failures, parse_breaker().snapshot().ignored), (0, 1));
/// ```
///
/// `retry_after` is asked about a failure: a dependency that says how long it wants to be left alone is left alone for
/// that long, at once (or for the back-off's wait, if that is longer; at most for `max_recovery_timeout`). It belongs
/// beside a `key`, or where the limit is the service's: one tenant's limit must not close everybody out.
///
/// ```
/// use std::time::Duration;
/// use breaker_runtime::{State, circuit_breaker, testing::ManualClock};
///
/// struct TooMany { retry_after: Option<Duration> }
///
/// #[circuit_breaker(
///     key = tenant,
///     retry_after = |result| result.as_ref().err()?.retry_after,
///     open_error = |open| TooMany { retry_after: open.retry_after },
///     handle = tenants
/// )]
/// fn search(tenant: &str) -> Result<u64, TooMany> {
///     if tenant == "greedy" { Err(TooMany { retry_after: Some(Duration::from_secs(90)) }) } else { Ok(1) }
/// }
///
/// tenants().set_clock(ManualClock::new());
/// assert!(search("greedy").is_err() && search("modest").is_ok());
/// assert_eq!(tenants().get("greedy").snapshot().retry_after, Some(Duration::from_secs(90)));
/// assert_eq!(tenants().get("modest").state(), State::Closed);
/// ```
///
/// A future that is dropped before its end is neutral: the caller lost interest. Where callers drop a call only because
/// it takes too long, that is `on_cancel = failure`.
///
/// ```
/// # use std::{future::Future, task::{Context, Waker}};
/// use std::io;
/// use breaker_runtime::circuit_breaker;
///
/// #[circuit_breaker(on_cancel = failure, handle = download_breaker)]
/// async fn download() -> io::Result<Vec<u8>> {
///     std::future::pending().await
/// }
///
/// let mut call = Box::pin(download());
/// # let _ = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
/// drop(call); // polled, and then its time limit was over
/// assert_eq!(download_breaker().snapshot().failures, 1);
/// ```
///
/// # How it recovers
/// After `recovery_timeout` the circuit is half-open: a few calls go through as probes. One that fails opens it again,
/// and `backoff_multiplier` makes each further wait longer, up to `max_recovery_timeout`.
///
/// ```
/// use std::{io, time::Duration};
/// use breaker_runtime::{circuit_breaker, testing::ManualClock};
///
/// #[circuit_breaker(
///     failure_threshold = 1, recovery_timeout = "30s", backoff_multiplier = 2, max_recovery_timeout = "1m30s",
///     handle = pay_breaker,
/// )]
/// fn pay() -> io::Result<()> {
///     Err(io::ErrorKind::ConnectionRefused.into())
/// }
///
/// let clock = ManualClock::new();
/// pay_breaker().set_clock(clock.clone());
/// for wait in [30, 60, 90, 90].map(Duration::from_secs) {
///     let _ = pay();
///     assert_eq!(pay_breaker().snapshot().retry_after, Some(wait));
///     clock.advance(wait);
/// }
/// ```
///
/// `half_open_max_calls` probes are admitted, and `success_threshold` successes close the circuit. If the probes
/// bring no answer for `probe_timeout`, it is open again. `jitter` shortens each wait by a random share, so that many
/// clients do not come back at once.
///
/// ```
/// use std::{io, time::Duration};
/// use breaker_runtime::{State, circuit_breaker, testing::ManualClock};
///
/// const PATIENCE: Duration = Duration::from_secs(120);
///
/// #[circuit_breaker(
///     failure_threshold = 1, jitter = 0.2,
///     half_open_max_calls = 5, success_threshold = 2, probe_timeout = PATIENCE,
///     handle = ship_breaker,
/// )]
/// fn ship(up: bool) -> io::Result<()> {
///     if up { Ok(()) } else { Err(io::ErrorKind::ConnectionRefused.into()) }
/// }
///
/// let clock = ManualClock::new();
/// ship_breaker().set_clock(clock.clone());
/// let _ = ship(false);
/// clock.advance(Duration::from_secs(60)); // it may have been 48 s
/// assert!(ship(true).is_ok() && ship(true).is_ok());
/// assert_eq!(ship_breaker().state(), State::Closed);
/// ```
///
/// # Who answers instead
/// Without a `fallback` the caller gets the rejection as an error. [`CircuitOpen`] turns into `io::Error`,
/// `anyhow::Error` and `Box<dyn Error + Send + Sync>` as they are; for an error of your own write `impl
/// From<CircuitOpen>`, or give `open_error`, which makes the error of a rejected call where there is no such `impl`.
///
/// ```
/// use std::error::Error;
/// use breaker_runtime::{CircuitOpen, circuit_breaker};
///
/// #[circuit_breaker(failure_threshold = 1)]
/// fn fetch() -> Result<String, Box<dyn Error + Send + Sync>> {
///     Err("connection reset".into())
/// }
///
/// assert_eq!(fetch().unwrap_err().to_string(), "connection reset");
/// let rejected = fetch().unwrap_err();
/// assert!(rejected.downcast_ref::<CircuitOpen>().unwrap().retry_after.is_some()); // a retry can wait for it
/// ```
///
/// A `fallback` by path is called with the function's own arguments, a method's with the receiver first. Under an async
/// function it may be async too. It answers rejected calls and failed ones; never an ignored error.
///
/// It gets the values that the caller passed. After a failure these are what the body left: references, values that are
/// `Copy`, and in a sync function whatever the body only borrowed; a `mut` argument is the body's own. For an argument
/// that is not left rustc says E0382, at the fallback, unless `clone` names it. A `&mut` argument is not left either where
/// the returned value borrows it, or where its lifetime is a name that stands for more than the call; what only shows in
/// the body is E0499, E0501, E0502 or E0505. The ways out are `fallback_on = rejected`, since then the body has not run,
/// and a closure that does without the argument.
///
/// ```
/// # use std::{future::Future, pin::pin, task::{Context, Waker}};
/// use std::io;
/// use breaker_runtime::circuit_breaker;
///
/// struct Orders;
///
/// impl Orders {
///     #[circuit_breaker(fallback = Self::queue, clone(order))]
///     async fn send(&self, order: String) -> io::Result<String> {
///         Err(io::Error::other(order)) // consumed
///     }
///
///     async fn queue(&self, order: String) -> io::Result<String> {
///         Ok(format!("{order} is queued"))
///     }
/// }
///
/// # let program = async {
/// assert_eq!(Orders.send("order 7".to_owned()).await?, "order 7 is queued");
/// # io::Result::Ok(())
/// # };
/// # assert!(pin!(program).poll(&mut Context::from_waker(Waker::noop())).is_ready());
/// ```
///
/// A `fallback` closure gets a [`CallError`], and the arguments are in scope. `fallback_on = rejected` asks it only
/// when a call is rejected; a failure is returned as it is then. So is, in any case, an `Ok` that `failure_if` calls a
/// failure: there is no error in it for the closure. A path is asked.
///
/// ```
/// use std::io;
/// use breaker_runtime::{CallError, circuit_breaker};
///
/// #[circuit_breaker(failure_threshold = 1, fallback_on = rejected, fallback = |error| match error {
///     CallError::Open(rejected) => Ok(format!("{host}: {rejected}")),
///     CallError::Failed(error) => Err(error), // not with `rejected`
/// })]
/// fn status(host: &str) -> io::Result<String> {
///     Err(io::ErrorKind::ConnectionRefused.into())
/// }
///
/// assert_eq!(status("a.example").unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
/// assert!(status("a.example").unwrap().contains("is open"));
/// ```
///
/// What a fallback answers opens nothing. If it is not a success by the function's own judgement, or the fallback panics or
/// leaves by `?`, it is totalled as [`fallback_failures`](crate::Snapshot::fallback_failures).
///
/// ```
/// # use std::io;
/// # use breaker_runtime::circuit_breaker;
/// #[circuit_breaker(open_error = |open| format!("try again: {open}"), handle = quote_breaker)]
/// fn quote(item: &str) -> Result<u64, String> {
///     Err(format!("no price of {item}"))
/// }
///
/// #[circuit_breaker(fallback = |_| Err(io::ErrorKind::NotFound.into()), handle = stock_breaker)]
/// fn stock() -> io::Result<u64> {
///     Err(io::ErrorKind::TimedOut.into())
/// }
///
/// quote_breaker().force_open();
/// assert!(quote("tea").unwrap_err().starts_with("try again"));
/// assert!(stock().is_err());
/// let seen = stock_breaker().snapshot();
/// assert_eq!((seen.failures, seen.fallbacks, seen.fallback_failures), (1, 1, 1));
/// ```
///
/// With a `cache` the last good value of the same key answers before the fallback does. This takes the feature `cache`.
///
#[cfg_attr(feature = "cache", doc = "```")]
#[cfg_attr(not(feature = "cache"), doc = "```ignore")]
/// use std::io;
/// use breaker_runtime::circuit_breaker;
///
/// #[circuit_breaker(cache(key = id, ttl = "5m", capacity = 500))]
/// fn fetch_name(id: u64, up: bool) -> io::Result<String> {
///     if up { Ok(format!("name of {id}")) } else { Err(io::ErrorKind::TimedOut.into()) }
/// }
///
/// assert_eq!(fetch_name(7, true).unwrap(), "name of 7");
/// assert_eq!(fetch_name(7, false).unwrap(), "name of 7"); // it failed: the value is from the cache
/// assert!(fetch_name(8, false).is_err());
/// ```
///
/// # Which breaker it is
/// A `name` is an identity: functions with the same one share a breaker. Without it each function has a breaker of its
/// own, called `module_path!()::function`, and a generic function one for all its types. The type of an `impl` is not in
/// that name, and equal ones are numbered (`…#2`) in the order of their first calls: name what you configure, alert on or
/// share. A method has one breaker, and one cache, for all instances of its type: what tells apart those that ask
/// different services goes into a `key`, and into the `cache`'s key.
///
/// All are in the [`registry`]; a `handle` is a function of the name that you give it, which returns the breaker. (In the
/// `impl` of a trait there is no place for one: take the registry, or `breaker`.)
///
/// ```
/// use std::io;
/// use breaker_runtime::{State, circuit_breaker, registry};
///
/// #[circuit_breaker(name = "user-service")]
/// fn user(id: u64) -> io::Result<u64> { Ok(id) }
///
/// #[circuit_breaker(name = "user-service")]
/// fn avatar(id: u64) -> io::Result<u64> { Ok(id) }
///
/// struct Mail;
/// impl Mail {
///     #[circuit_breaker(handle = Self::breaker)]
///     fn send(&self) -> io::Result<()> { Ok(()) }
/// }
///
/// let _ = user(7);
/// registry().get("user-service").unwrap().force_open();
/// assert!(avatar(7).is_err());
/// assert_eq!(Mail::breaker().state(), State::Closed);
/// ```
///
/// With a `key` there is a breaker for each key, `name[key]`, in a [`CircuitBreakerFamily`] of at most `max_keys`. The
/// key is text or anything that is `Display`. Then the `handle` returns the family.
///
/// ```
/// use std::io;
/// use breaker_runtime::{State, circuit_breaker};
///
/// #[circuit_breaker(name = "http", key = host, max_keys = 100, failure_threshold = 1, handle = http_breakers)]
/// fn get(host: &str) -> io::Result<String> {
///     if host == "a.example" { Err(io::ErrorKind::ConnectionRefused.into()) } else { Ok(format!("page of {host}")) }
/// }
///
/// let _ = get("a.example");
/// let _ = get("b.example");
/// assert_eq!(http_breakers().get("a.example").state(), State::Open);
/// assert_eq!(http_breakers().get("b.example").state(), State::Closed);
/// ```
///
/// What many functions share is said once. `config` names a function that returns the settings to start from. Above an
/// `impl` block the attribute gives its options to the methods that carry `#[circuit_breaker]` themselves: there a method's
/// own option wins, and removes the defaults that it excludes. Constants may stand for numbers, durations and the name.
///
/// ```
/// use std::io;
/// use breaker_runtime::{Config, ConfigBuilder, circuit_breaker, registry};
///
/// const NAME: &str = concat!("user-", "service");
/// const PROBES: u32 = 1;
///
/// fn house_rules() -> ConfigBuilder {
///     Config::builder().failure_threshold(3).jitter(0.1)
/// }
///
/// struct Users;
///
/// #[circuit_breaker(name = NAME, config = house_rules, half_open_max_calls = PROBES)]
/// impl Users {
///     #[circuit_breaker]
///     fn get(&self, id: u64) -> io::Result<u64> { Ok(id) }
///
///     #[circuit_breaker(fallback = |_| Ok(Vec::new()))]
///     async fn list(&self) -> io::Result<Vec<u64>> { Ok(vec![7]) }
///
///     #[circuit_breaker(name = "avatars", jitter = 0.0)]
///     fn avatar(&self, id: u64) -> io::Result<u64> { Ok(id) }
///
///     fn url(&self) -> &str { "http://users.internal" } // not guarded
/// }
///
/// let _ = (Users.get(7), Users.avatar(7), Users.url(), Users.list());
/// let config = |name| registry().get(name).unwrap().config();
/// assert_eq!((config(NAME).failure_threshold(), config(NAME).jitter()), (Some(3), 0.1));
/// assert_eq!((config("avatars").half_open_max_calls(), config("avatars").jitter()), (1, 0.0));
/// ```
///
/// `breaker` guards with a breaker that you made: a static, or one that each instance has. Under `&self` it is borrowed
/// for the call. A body under `&mut self` or `self`, and one that returns a future, takes away what it would be borrowed
/// from: there it is an `Arc` or a `&'static`, and is cloned. With a `key` it is a [`CircuitBreakerFamily`].
///
/// ```
/// use std::{io, sync::Arc};
/// use breaker_runtime::{CircuitBreaker, Config, State, circuit_breaker};
///
/// struct Region { breaker: CircuitBreaker }
/// impl Region {
///     #[circuit_breaker(breaker = self.breaker)]
///     fn get(&self, id: u64) -> io::Result<u64> { if id == 0 { Err(io::ErrorKind::TimedOut.into()) } else { Ok(id) } }
/// }
///
/// struct Session { breaker: Arc<CircuitBreaker>, sent: u64 }
/// impl Session {
///     #[circuit_breaker(breaker = self.breaker)]
///     async fn send(&mut self) -> io::Result<u64> { self.sent += 1; Ok(self.sent) }
/// }
///
/// let region = |name| Region { breaker: CircuitBreaker::new(name, Config::default()) };
/// let (north, south) = (region("north"), region("south"));
/// north.breaker.force_open();
/// assert!(north.get(7).is_err() && south.get(7).is_ok());
/// # let _ = Session { breaker: Arc::new(CircuitBreaker::new("s", Config::default())), sent: 0 }.send();
/// ```
///
/// `crate` says where the runtime is, if it goes by another name.
///
/// ```
/// use std::{io, sync::LazyLock};
/// use breaker_runtime as guard;
/// use guard::{CircuitBreaker, Config};
///
/// static PAYMENTS: LazyLock<CircuitBreaker> = LazyLock::new(|| CircuitBreaker::new("payments", Config::default()));
///
/// #[guard::circuit_breaker(breaker = PAYMENTS, crate = guard)]
/// fn charge(cents: u32) -> io::Result<u32> {
///     Ok(cents)
/// }
///
/// assert_eq!(charge(100).unwrap(), 100);
/// assert_eq!(PAYMENTS.snapshot().successes, 1);
/// ```
///
/// # What else changes
/// The body runs in a closure, or in an async block. So `type_name` of a type that is declared in it has a `{{closure}}` in
/// it, and each level of recursion takes more of the stack, several times as much in a debug build. The first call makes
/// the breaker, which allocates: an annotated method of a `GlobalAlloc` would call itself there and never return. The
/// [guide](crate::guide#what-it-does-not-do) has the figures, and the other limits.
///
/// [`CallError`]: crate::CallError
/// [`CircuitBreakerFamily`]: crate::CircuitBreakerFamily
/// [`CircuitOpen`]: crate::CircuitOpen
/// [`Outcome`]: crate::Outcome
/// [`registry`]: crate::registry()
///
/// # Every option
#[doc(inline)]
pub use breaker_macros::circuit_breaker;
