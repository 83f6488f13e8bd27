//! `breaker = <expression>`: a breaker of the user's own, in every place where one can be.

use std::{
    future::Future,
    io,
    pin::Pin,
    rc::Rc,
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
};

use breaker_runtime::{CircuitBreaker, CircuitBreakerFamily, Config, State, circuit_breaker};

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

fn fragile(name: &'static str) -> CircuitBreaker {
    CircuitBreaker::new(name, Config::builder().failure_threshold(1).build().unwrap())
}

fn answer(up: bool) -> io::Result<u8> {
    if up { Ok(1) } else { Err(io::ErrorKind::TimedOut.into()) }
}

/// One call failed and opened it, and `rejected` calls were rejected.
fn opened(breaker: &CircuitBreaker, rejected: u64) {
    let seen = breaker.snapshot();
    assert_eq!((seen.failures, seen.rejected, seen.state), (1, rejected, State::Open), "{}", breaker.name());
}

/// Instances of one client, each with a breaker of its own, held in every way.
struct Client {
    plain: CircuitBreaker,
    shared: Arc<CircuitBreaker>,
    boxed: Box<CircuitBreaker>,
    for_good: &'static CircuitBreaker,
    pool: Pool,
    up: bool,
}

struct Pool {
    shared: Arc<CircuitBreaker>,
    locked: Mutex<Arc<CircuitBreaker>>,
}

impl Pool {
    fn breaker(&self) -> &CircuitBreaker {
        &self.shared
    }

    fn handle(&self) -> Arc<CircuitBreaker> {
        Arc::clone(&self.locked.lock().unwrap())
    }

    fn by_reference(&self) -> &Arc<CircuitBreaker> {
        &self.shared
    }
}

impl Client {
    fn new() -> Self {
        let shared = || Arc::new(fragile("own-shared"));
        let pool = Pool { shared: shared(), locked: Mutex::new(shared()) };
        let for_good = Box::leak(Box::new(fragile("own-for-good")));
        let plain = fragile("own-plain");
        Self { plain, shared: shared(), boxed: Box::new(fragile("own-boxed")), for_good, pool, up: false }
    }

    // `&self`: any form, borrowed.
    #[circuit_breaker(breaker = self.plain)]
    fn plain(&self) -> io::Result<u8> {
        answer(self.up)
    }

    #[circuit_breaker(breaker = self.boxed)]
    fn boxed(&self) -> io::Result<u8> {
        answer(self.up)
    }

    #[circuit_breaker(breaker = self.pool.breaker())]
    fn lent(&self) -> io::Result<u8> {
        answer(self.up)
    }

    #[circuit_breaker(breaker = self.pool.handle())]
    fn handed(&self) -> io::Result<u8> {
        answer(self.up)
    }

    #[circuit_breaker(breaker = self.plain)]
    async fn plain_later(&self) -> io::Result<u8> {
        tokio::task::yield_now().await;
        answer(self.up)
    }

    #[circuit_breaker(breaker = self.pool.handle(), fallback = |_| Ok(9))]
    async fn handed_later(&self) -> io::Result<u8> {
        tokio::task::yield_now().await;
        answer(self.up)
    }

    #[circuit_breaker(breaker = self.plain)]
    fn behind_an_arc(self: &Arc<Self>) -> io::Result<u8> {
        answer(self.up)
    }

    // Bodies that change it, or consume it: cloned, never borrowed.
    #[circuit_breaker(breaker = self.shared)]
    fn shared(&mut self) -> io::Result<&mut bool> {
        self.up = true;
        answer(self.up)?;
        Ok(&mut self.up)
    }

    #[circuit_breaker(breaker = self.for_good)]
    fn for_good(&mut self) -> io::Result<u8> {
        *self = Self { up: self.up, ..Self::new() };
        answer(self.up)
    }

    #[circuit_breaker(breaker = self.pool.by_reference(), fallback = |_| Ok(u8::from(self.up)))]
    async fn by_reference(&mut self) -> io::Result<u8> {
        self.up = false;
        tokio::task::yield_now().await;
        answer(self.up)
    }

    #[circuit_breaker(breaker = self.pool.handle())]
    fn consumed(self) -> io::Result<Self> {
        let Self { up, .. } = self;
        answer(up).map(|_| Self::new())
    }

    #[circuit_breaker(breaker = self.shared)]
    async fn consumed_later(self: Box<Self>) -> io::Result<u8> {
        drop(self);
        tokio::task::yield_now().await;
        answer(false)
    }

    #[circuit_breaker(breaker = self.shared)]
    fn in_an_arc(self: Arc<Self>) -> io::Result<u8> {
        answer(Arc::into_inner(self).is_none())
    }

    #[circuit_breaker(breaker = self.shared)]
    fn in_an_rc(self: Rc<Self>) -> io::Result<u8> {
        answer(self.up)
    }

    #[circuit_breaker(breaker = self.shared)]
    fn pinned(mut self: Pin<&mut Self>) -> io::Result<u8> {
        self.up = false;
        answer(self.up)
    }

    // Returned futures, which run later.
    #[circuit_breaker(breaker = self.shared)]
    fn returned(&self) -> impl Future<Output = io::Result<u8>> + Send + use<'_> {
        async { answer(self.up) }
    }

    #[circuit_breaker(breaker = self.shared)]
    fn returned_without(&self) -> impl Future<Output = io::Result<u8>> + Send + use<> {
        let up = self.up;
        async move { answer(up) }
    }

    #[circuit_breaker(breaker = self.for_good)]
    fn returned_box(&self) -> BoxFuture<'static, io::Result<u8>> {
        let up = self.up;
        Box::pin(async move { answer(up) })
    }
}

#[test]
fn a_sync_method_borrows_the_breaker_of_its_instance() {
    let (one, other) = (Arc::new(Client::new()), Client::new());
    for call in [Client::plain; 3] {
        assert!(call(&one).is_err());
    }
    assert!(one.behind_an_arc().is_err());
    opened(&one.plain, 3);
    assert_eq!(other.plain.state(), State::Closed, "each instance has a circuit of its own");
    assert!(one.boxed().is_err() && one.boxed().is_err());
    opened(&one.boxed, 1);
    assert!(one.lent().is_err() && one.lent().is_err());
    opened(&one.pool.shared, 1);
    assert!(one.handed().is_err() && one.handed().is_err());
    opened(&one.pool.handle(), 1);
}

#[tokio::test]
async fn an_async_method_borrows_the_breaker_of_its_instance() {
    let one = Arc::new(Client::new());
    assert!(one.plain_later().await.is_err() && one.plain_later().await.is_err());
    opened(&one.plain, 1);
    let task = Arc::clone(&one);
    assert_eq!(tokio::spawn(async move { task.handed_later().await }).await.unwrap().unwrap(), 9);
    assert_eq!(one.handed_later().await.unwrap(), 9);
    opened(&one.pool.handle(), 1);
}

#[test]
fn a_body_that_changes_its_instance_keeps_the_breaker_that_was_asked() {
    let mut client = Client::new();
    *client.shared().unwrap() = false;
    let shared = Arc::clone(&client.shared);
    assert_eq!(shared.snapshot().successes, 1);
    shared.force_open();
    assert!(client.shared().is_err());
    let asked = client.for_good;
    assert!(client.for_good().is_err());
    opened(asked, 0);
    assert_eq!(client.for_good.state(), State::Closed, "the body put another in its place");
}

#[tokio::test]
async fn a_body_that_consumes_its_instance_keeps_the_breaker() {
    let kept = |client: &Client| Arc::clone(&client.shared);
    let client = Client::new();
    let handle = client.pool.handle();
    assert!(client.consumed().is_err());
    opened(&handle, 0);

    let client = Client::new();
    let shared = kept(&client);
    assert!(Box::new(client).consumed_later().await.is_err());
    opened(&shared, 0);
    assert_eq!(Arc::strong_count(&shared), 1, "let go with the call");

    let client = Client::new();
    let shared = kept(&client);
    assert!(Arc::new(client).in_an_arc().is_err());
    opened(&shared, 0);

    let client = Rc::new(Client::new());
    assert!(Rc::clone(&client).in_an_rc().is_err() && Rc::clone(&client).in_an_rc().is_err());
    opened(&client.shared, 1);

    let mut client = Client::new();
    assert!(Pin::new(&mut client).pinned().is_err() && Pin::new(&mut client).pinned().is_err());
    opened(&client.shared, 1);

    let mut client = Client::new();
    assert_eq!(client.by_reference().await.unwrap(), 0);
    opened(&client.pool.shared, 0);
}

#[tokio::test]
async fn a_returned_future_keeps_the_breaker_past_its_function() {
    let client = Client::new();
    assert!(client.returned().await.is_err());
    opened(&client.shared, 0);
    let (shared, for_good) = (Arc::clone(&client.shared), client.for_good);
    let calls = [client.returned_without(), client.returned_without()];
    let boxed = [client.returned_box(), client.returned_box()];
    drop(client);
    for call in calls {
        assert!(tokio::spawn(call).await.unwrap().is_err());
    }
    opened(&shared, 2);
    for call in boxed {
        assert!(tokio::spawn(call).await.unwrap().is_err());
    }
    opened(for_good, 1);
}

mod breakers {
    use super::{Arc, CircuitBreaker, LazyLock, fragile};

    pub(super) static LAZY: LazyLock<CircuitBreaker> = LazyLock::new(|| fragile("own-lazy"));
    pub(super) static SHARED: LazyLock<Arc<CircuitBreaker>> = LazyLock::new(|| Arc::new(fragile("own-lazy-shared")));
    pub(super) static REFERENCE: &LazyLock<CircuitBreaker> = &LAZY;

    pub(super) fn lazy() -> &'static CircuitBreaker {
        &LAZY
    }
}

#[tokio::test]
async fn a_static_serves_every_function_and_every_receiver() {
    struct Unit;
    impl Unit {
        const BREAKER: &'static LazyLock<CircuitBreaker> = &breakers::LAZY;

        #[circuit_breaker(breaker = breakers::LAZY)]
        fn exclusive(&mut self) -> io::Result<u8> {
            answer(false)
        }

        #[circuit_breaker(breaker = Self::BREAKER)]
        async fn consumed(self) -> io::Result<u8> {
            answer(false)
        }

        #[circuit_breaker(breaker = breakers::REFERENCE)]
        fn returned() -> impl Future<Output = io::Result<u8>> + Send + 'static {
            async { answer(false) }
        }
    }
    #[circuit_breaker(breaker = breakers::lazy())]
    fn free() -> io::Result<u8> {
        answer(false)
    }
    #[circuit_breaker(breaker = breakers::SHARED)]
    async fn shared() -> io::Result<u8> {
        answer(false)
    }
    #[circuit_breaker(breaker = &breakers::LAZY)]
    fn generic<T: Send + 'static>(value: T) -> BoxFuture<'static, io::Result<u8>> {
        Box::pin(async move {
            drop(value);
            answer(false)
        })
    }
    assert!(Unit.exclusive().is_err() && Unit.consumed().await.is_err() && Unit::returned().await.is_err());
    assert!(free().is_err() && generic(1).await.is_err());
    opened(&breakers::LAZY, 4);
    assert!(shared().await.is_err() && shared().await.is_err());
    opened(&breakers::SHARED, 1);
}

#[tokio::test]
async fn an_argument_may_hold_the_breaker() {
    #[circuit_breaker(breaker = breaker)]
    fn by_reference(breaker: &CircuitBreaker) -> io::Result<u8> {
        answer(false)
    }
    #[circuit_breaker(breaker = pool.handle())]
    fn of_a_pattern((pool, up): (Pool, bool)) -> io::Result<u8> {
        drop(pool);
        answer(up)
    }
    #[circuit_breaker(breaker = pool.shared)]
    async fn of_a_pattern_later(Pool { locked: _, .. }: Pool, (pool, up): (Pool, bool)) -> io::Result<u8> {
        drop(pool);
        answer(up)
    }
    #[circuit_breaker(breaker = client.plain)]
    async fn shared_reference(client: &Client, _: u8) -> io::Result<u8> {
        answer(client.up)
    }
    #[circuit_breaker(breaker = client.shared)]
    fn exclusive_reference(client: &mut Client) -> io::Result<u8> {
        client.up = false;
        answer(client.up)
    }
    let mut client = Client::new();
    assert!(by_reference(&client.plain).is_err() && shared_reference(&client, 0).await.is_err());
    opened(&client.plain, 1);
    assert!(exclusive_reference(&mut client).is_err() && exclusive_reference(&mut client).is_err());
    opened(&client.shared, 1);
    let (pool, other) = (Client::new().pool, Client::new().pool);
    let handle = pool.handle();
    assert!(of_a_pattern((pool, false)).is_err());
    opened(&handle, 0);
    let shared = Arc::clone(&other.shared);
    assert!(of_a_pattern_later(Client::new().pool, (other, false)).await.is_err());
    opened(&shared, 0);
}

#[test]
fn the_expression_is_evaluated_once_a_call() {
    static EVALUATED: AtomicU32 = AtomicU32::new(0);
    struct Counted(Arc<CircuitBreaker>);
    impl Counted {
        fn breaker(&self) -> Arc<CircuitBreaker> {
            EVALUATED.fetch_add(1, Relaxed);
            Arc::clone(&self.0)
        }

        #[circuit_breaker(breaker = self.breaker(), fallback = Self::instead)]
        fn get(&self, up: bool) -> io::Result<u8> {
            answer(up)
        }

        fn instead(&self, _: bool) -> io::Result<u8> {
            Ok(2)
        }
    }
    let counted = Counted(Arc::new(fragile("own-counted")));
    assert_eq!([true, false, true].map(|up| counted.get(up).unwrap()), [1, 2, 2]);
    assert_eq!(EVALUATED.load(Relaxed), 3);
    opened(&counted.0, 1);
}

#[test]
fn judgement_fallback_and_cache_stand_beside_a_breaker() {
    struct Kept(CircuitBreaker);
    impl Kept {
        #[circuit_breaker(breaker = self.0, cache(key = id, ttl = "1m"), ignore_if = |error| error.kind() == io::ErrorKind::NotFound)]
        fn get(&self, id: u8, answer: io::Result<u8>) -> io::Result<u8> {
            answer
        }
    }
    let kept = Kept(fragile("own-kept"));
    assert!(kept.get(1, Ok(7)).is_ok());
    assert!(kept.get(2, Err(io::ErrorKind::NotFound.into())).is_err());
    assert_eq!(kept.get(1, Err(io::ErrorKind::TimedOut.into())).unwrap(), 7);
    assert!(kept.get(2, Ok(1)).is_err());
    let seen = kept.0.snapshot();
    assert_eq!((seen.ignored, seen.failures, seen.cached, seen.state), (1, 1, 1, State::Open));
}

static HOSTS: LazyLock<CircuitBreakerFamily> =
    LazyLock::new(|| CircuitBreakerFamily::new("own-hosts", fragile("config").config()));

/// A client of many hosts.
struct Regions {
    hosts: CircuitBreakerFamily,
    shared: Arc<CircuitBreakerFamily>,
}

impl Regions {
    #[circuit_breaker(breaker = self.hosts, key = host)]
    fn get(&self, host: &str) -> io::Result<usize> {
        answer(host.is_empty()).map(usize::from)
    }

    #[circuit_breaker(breaker = self.shared, key = host, fallback = |_| Ok(9))]
    async fn exclusive(&mut self, host: String) -> io::Result<usize> {
        drop(host);
        answer(false).map(usize::from)
    }

    #[circuit_breaker(breaker = self.shared, key = host)]
    fn returned(self, host: &str) -> impl Future<Output = io::Result<usize>> + Send + use<> {
        let up = host.is_empty();
        async move { answer(up).map(usize::from) }
    }
}

#[tokio::test]
async fn with_a_key_it_is_a_family() {
    #[circuit_breaker(breaker = HOSTS, key = host)]
    fn get(host: &str) -> io::Result<usize> {
        answer(host.is_empty()).map(usize::from)
    }
    assert!(get("a").is_err() && get("a").is_err() && get("").is_ok());
    opened(&HOSTS.get("a"), 1);
    assert_eq!(HOSTS.get("").state(), State::Closed);

    let config = fragile("config").config();
    let shared = Arc::new(CircuitBreakerFamily::new("own-shared-hosts", config.clone()));
    let mut regions = Regions { hosts: CircuitBreakerFamily::new("own-field", config), shared: Arc::clone(&shared) };
    assert!(regions.get("a").is_err() && regions.get("a").is_err() && regions.get("b").is_err());
    opened(&regions.hosts.get("a"), 1);
    assert_eq!(regions.exclusive("a".to_owned()).await.unwrap(), 9);
    opened(&shared.get("a"), 0);
    assert!(regions.returned("b").await.is_err());
    opened(&shared.get("b"), 0);
}

mod boxed_by_async_trait {
    use super::{Arc, CircuitBreaker, State, answer, circuit_breaker, fragile, io};

    #[async_trait::async_trait]
    trait Fetch {
        async fn fetch(&self, up: bool) -> io::Result<u8>;
    }

    struct Remote(Arc<CircuitBreaker>);

    #[async_trait::async_trait]
    impl Fetch for Remote {
        #[circuit_breaker(breaker = self.0)]
        async fn fetch(&self, up: bool) -> io::Result<u8> {
            answer(up)
        }
    }

    #[tokio::test]
    async fn a_method_of_an_async_trait_has_the_breaker_of_its_instance() {
        let remote = Remote(Arc::new(fragile("own-async-trait")));
        assert!(remote.fetch(true).await.is_ok() && remote.fetch(false).await.is_err());
        assert_eq!(remote.0.state(), State::Open);
        assert!(remote.fetch(true).await.is_err());
    }
}
