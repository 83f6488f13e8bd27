//! What is said once for many functions: `config`, names and numbers from constants, options on an `impl` block.

use std::{
    io,
    sync::{
        LazyLock,
        atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
        mpsc,
    },
    thread,
    time::Duration,
};

use breaker_runtime::{
    CircuitBreaker, Config, ConfigBuilder, Conflict, State, Verdict, Window, circuit_breaker, registry,
};

fn answer(up: bool) -> io::Result<u8> {
    if up { Ok(1) } else { Err(io::ErrorKind::TimedOut.into()) }
}

const SECOND: Duration = Duration::from_secs(1);

fn house_rules() -> ConfigBuilder {
    Config::builder().failure_threshold(2).recovery_timeout(SECOND * 5).min_calls(200).window(500)
}

#[test]
fn config_is_what_the_settings_start_from() {
    #[circuit_breaker(config = house_rules, handle = plain_breaker)]
    fn plain(up: bool) -> io::Result<u8> {
        answer(up)
    }
    #[circuit_breaker(config = house_rules, recovery_timeout = "7s", failure_rate = 0.5, key = host, handle = keyed_breakers)]
    fn keyed(host: &str) -> io::Result<usize> {
        Ok(host.len())
    }
    assert!(plain(false).is_err() && plain(false).is_err());
    assert_eq!((plain_breaker().state(), plain_breaker().config().recovery_timeout()), (State::Open, SECOND * 5));
    keyed("a").unwrap();
    let config = keyed_breakers().config();
    assert_eq!((config.failure_threshold(), config.recovery_timeout()), (Some(2), SECOND * 7));
    assert_eq!((config.window(), config.min_calls()), (Some(Window::Calls(500)), 200));
}

#[test]
fn options_beside_a_config_rely_on_what_it_says() {
    fn slow() -> ConfigBuilder {
        Config::builder().slow_call_duration(SECOND).half_open_growth(1).recovery_timeout(SECOND)
    }
    // Each of these alone would be a mistake.
    #[circuit_breaker(
        config = slow,
        slow_call_rate = 0.5,
        max_recovery_timeout = "2s",
        half_open_max_calls = 2,
        success_threshold = 4,
        handle = breaker
    )]
    fn call() -> io::Result<u8> {
        answer(true)
    }
    call().unwrap();
    let config = breaker().config();
    assert_eq!(
        (config.slow_call_rate(), config.max_recovery_timeout(), config.success_threshold()),
        (0.5, SECOND * 2, 4)
    );
}

#[test]
fn a_config_that_contradicts_the_options_is_reported() {
    #[circuit_breaker(name = "said-once-contradiction", config = house_rules, window = 100, handle = breaker)]
    fn call() -> io::Result<u8> {
        answer(true)
    }
    call().unwrap();
    assert_eq!(breaker().config(), Config::default());
    let reported = registry().conflicts().into_iter().any(|conflict| {
        matches!(conflict, Conflict::Invalid { name, error } if name == "said-once-contradiction" && error.option() == "min_calls")
    });
    assert!(reported);
}

/// Fails if it does not end.
fn in_time<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, ended) = mpsc::channel();
    thread::spawn(move || done.send(run()));
    ended.recv_timeout(SECOND * 20).expect("the one-time initialisation waits for itself")
}

#[test]
fn fault_29_settings_may_call_the_function_that_they_are_for() {
    static DEPTH: AtomicU32 = AtomicU32::new(0);
    fn first_call() {
        if DEPTH.fetch_add(1, Relaxed) == 0 {
            reentrant(1).unwrap();
        }
    }
    fn config() -> ConfigBuilder {
        first_call();
        Config::builder()
    }
    #[circuit_breaker(config = config, recovery_timeout = { first_call(); SECOND }, handle = breaker)]
    fn reentrant(id: u8) -> io::Result<u8> {
        Ok(id)
    }
    assert_eq!(in_time(|| reentrant(2).unwrap()), 2);
    assert_eq!((breaker().snapshot().successes, breaker().name()), (2, "it::said_once::reentrant"));
}

#[test]
fn fault_29_a_cache_may_be_set_by_what_the_function_returned() {
    static ASKED: AtomicBool = AtomicBool::new(false);
    fn ttl() -> Duration {
        if !ASKED.swap(true, Relaxed) {
            call(60).unwrap();
        }
        SECOND
    }
    #[circuit_breaker(cache(key = id, ttl = ttl()))]
    fn call(id: u8) -> io::Result<u8> {
        Ok(id)
    }
    assert_eq!(in_time(|| call(2).unwrap()), 2);
}

#[test]
fn threads_that_make_one_breaker_at_once_make_one() {
    static EVALUATED: AtomicU32 = AtomicU32::new(0);
    fn config() -> ConfigBuilder {
        EVALUATED.fetch_add(1, Relaxed);
        thread::yield_now();
        Config::builder().failure_threshold(0)
    }
    #[circuit_breaker(config = config, handle = breaker)]
    fn racing() -> io::Result<u8> {
        answer(true)
    }
    let threads: Vec<_> = (0..8).map(|_| thread::spawn(racing)).collect();
    for thread in threads {
        thread.join().unwrap().unwrap();
    }
    assert_eq!((breaker().name(), breaker().snapshot().successes), ("it::said_once::racing", 8));
    let invalid =
        |conflict: &Conflict| matches!(conflict, Conflict::Invalid { name, .. } if name == "it::said_once::racing");
    assert_eq!(registry().conflicts().iter().filter(|conflict| invalid(conflict)).count(), 1);
    assert!(registry().get("it::said_once::racing#2").is_none() && EVALUATED.load(Relaxed) >= 1);
}

const USERS: &str = "said-once-users";

struct Names;

impl Names {
    const ORDERS: &'static str = concat!("said-once-", "orders");
}

#[test]
fn a_name_may_be_a_constant_or_put_together() {
    #[circuit_breaker(name = USERS, handle = by_constant_breaker)]
    fn by_constant() -> io::Result<u8> {
        answer(true)
    }
    #[circuit_breaker(name = Names::ORDERS, handle = by_path_breaker)]
    fn by_path() -> io::Result<u8> {
        answer(true)
    }
    #[circuit_breaker(name = concat!("said-once-", stringify!(mail)), key = host, handle = mail_breakers)]
    fn mail(host: &str) -> io::Result<usize> {
        Ok(host.len())
    }
    #[circuit_breaker(name = ::core::concat!("said-once", "-users"))]
    fn again() -> io::Result<u8> {
        answer(true)
    }
    assert!(by_constant().is_ok() && again().is_ok() && by_path().is_ok() && mail("a").is_ok());
    assert_eq!((by_constant_breaker().name(), by_constant_breaker().snapshot().successes), ("said-once-users", 2));
    assert_eq!((by_path_breaker().name(), mail_breakers().name()), ("said-once-orders", "said-once-mail"));
}

mod numbers {
    use std::time::Duration;

    use breaker_runtime::Window;

    pub(super) const COUNT: u32 = 4;
    pub(super) const SHARE: f64 = 0.25;
    pub(super) const WAIT: Duration = Duration::from_secs(3);
    pub(super) const WINDOW: Window = Window::Time(WAIT);
    pub(super) static STATIC: u32 = 7;
}

#[test]
fn constants_of_every_kind_are_taken() {
    #[circuit_breaker(
        failure_threshold = numbers::STATIC,
        failure_rate = numbers::SHARE,
        window = numbers::WINDOW,
        min_calls = numbers::COUNT,
        recovery_timeout = numbers::WAIT,
        jitter = numbers::SHARE,
        half_open_max_calls = numbers::COUNT,
        half_open_growth = numbers::COUNT,
        handle = breaker
    )]
    fn call<T: Clone>(value: &T) -> io::Result<T> {
        Ok(value.clone())
    }
    call(&1).unwrap();
    let config = breaker().config();
    assert_eq!((config.failure_threshold(), config.failure_rate(), config.min_calls()), (Some(7), Some(0.25), 4));
    assert_eq!((config.window(), config.recovery_timeout()), (Some(numbers::WINDOW), SECOND * 3));
}

/// Constants that are called as what generated code might call its own.
mod awkward_names {
    use std::{io, time::Duration};

    use breaker_runtime::{Config, ConfigBuilder, Window, circuit_breaker};

    const SITE: u32 = 3;
    const VALUE: u32 = 4;
    const NAME: &str = "said-once-awkward";
    const CACHE: Duration = Duration::from_secs(7);
    const CAPACITY: usize = 9;

    fn settings() -> ConfigBuilder {
        Config::builder()
    }

    #[circuit_breaker(
        name = NAME,
        config = settings,
        failure_threshold = VALUE,
        failure_rate = 0.5,
        window = SITE,
        min_calls = SITE - 1,
        recovery_timeout = CACHE,
        cache(key = id, ttl = CACHE, capacity = CAPACITY),
        handle = breaker
    )]
    fn call(id: u8) -> io::Result<u8> {
        Ok(id)
    }

    #[test]
    fn constants_may_be_called_as_generated_code_might_call_its_own() {
        call(1).unwrap();
        let config = breaker().config();
        assert_eq!((breaker().name(), config.recovery_timeout(), config.min_calls()), (NAME, CACHE, 2));
        assert_eq!((config.failure_threshold(), config.window()), (Some(VALUE), Some(Window::Calls(SITE))));
    }
}

struct Users {
    up: bool,
}

/// Four methods of one service, and what is said once.
#[circuit_breaker(name = "said-once-block", config = house_rules, recovery_timeout = "9s", fallback = |_| Ok(0), fallback_on = rejected)]
impl Users {
    #[circuit_breaker]
    fn get(&self) -> io::Result<u8> {
        answer(self.up)
    }

    /// With options of its own, and a comma at the end.
    #[circuit_breaker(recovery_timeout = "9s")]
    async fn list(&mut self) -> io::Result<u8> {
        answer(self.up)
    }

    #[breaker_runtime::circuit_breaker(name = "said-once-own-name", fallback = Self::other, handle = Self::own)]
    #[must_use = "an answer"]
    fn own_name(&self, up: bool) -> io::Result<u8> {
        answer(up)
    }

    fn other(&self, _: bool) -> io::Result<u8> {
        Ok(7)
    }

    #[circuit_breaker(breaker = *OWN, open_error = |open| io::Error::other(open.to_string()))]
    fn own_breaker(&self) -> io::Result<u8> {
        answer(self.up)
    }

    /// Untouched.
    const fn new() -> Self {
        Self { up: false }
    }
}

static OWN: LazyLock<CircuitBreaker> = LazyLock::new(|| CircuitBreaker::new("said-once-own", Config::default()));

#[tokio::test]
async fn a_block_gives_its_options_to_the_methods_that_carry_the_attribute() {
    let mut users = Users::new();
    assert!(users.get().is_err() && users.list().await.is_err());
    // One circuit for both, by the block's name; two failures, by the block's config.
    let shared = registry().get("said-once-block").unwrap();
    assert_eq!((shared.state(), shared.config().recovery_timeout()), (State::Open, SECOND * 9));
    assert_eq!((users.get().unwrap(), users.list().await.unwrap()), (0, 0), "the block's fallback, when rejected");
    // A method's own option wins.
    assert!(users.own_name(false,).is_err(), "`fallback_on` is the block's");
    assert_eq!((Users::own().name(), Users::own().config().recovery_timeout()), ("said-once-own-name", SECOND * 9));
    Users::own().force_open();
    assert_eq!(users.own_name(true).unwrap(), 7);
    // It removes the defaults that it excludes.
    assert!(users.own_breaker().is_err());
    assert_eq!(OWN.snapshot().failures, 1);
    OWN.force_open();
    assert!(users.own_breaker().unwrap_err().to_string().contains("said-once-own"));
}

trait Store {
    fn load(&self, up: bool) -> io::Result<u8>;
    fn save(&self) -> io::Result<u8>;
}

struct Disk {
    breaker: CircuitBreaker,
}

#[circuit_breaker(breaker = self.breaker, verdict = |_| Verdict::Failure)]
impl Store for Disk {
    #[circuit_breaker(failure_if = |_| false)]
    fn load(&self, up: bool) -> io::Result<u8> {
        answer(up)
    }

    #[circuit_breaker()]
    fn save(&self) -> io::Result<u8> {
        answer(true)
    }
}

#[test]
fn a_block_of_a_trait_and_a_breaker_of_each_instance() {
    let disk = Disk { breaker: CircuitBreaker::new("said-once-disk", Config::default()) };
    assert!(disk.load(false).is_err() && disk.save().is_ok());
    let seen = disk.breaker.snapshot();
    assert_eq!((seen.successes, seen.failures), (1, 1), "`failure_if` removes `verdict`");
}

macro_rules! client {
    ($name:ident, $threshold:expr, $($method:item)*) => {
        struct $name;

        #[circuit_breaker(failure_threshold = $threshold, slow_call_rate = 0.5)]
        impl $name {
            $($method)*
        }
    };
}

client! {
    Made, 1 + 1,
    #[circuit_breaker(handle = Self::breaker)]
    fn get(&self) -> io::Result<u8> {
        answer(false)
    }
    #[circuit_breaker(slow_call_duration = "1s", handle = Self::slow_breaker)]
    fn slow(&self) -> io::Result<u8> {
        answer(false)
    }
}

#[test]
fn a_block_that_macro_rules_made() {
    assert!(Made.get().is_err() && Made.slow().is_err());
    assert_eq!(Made::breaker().config().failure_threshold(), Some(2));
    assert_eq!(Made::breaker().config().slow_call_duration(), None, "nothing without `slow_call_duration`");
    assert_eq!(Made::slow_breaker().config().slow_call_rate(), 0.5);
}
