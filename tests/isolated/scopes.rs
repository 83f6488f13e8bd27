//! What a scope is: a registry, settings, annotated functions, families, caches and listeners of its own.

use std::{
    future::{Future, poll_fn},
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering::SeqCst},
    },
    task::{Context, Poll, Waker},
    thread,
    time::Duration,
};

use breaker_runtime::{
    CircuitBreaker, Config, State, circuit_breaker,
    integration::Scope,
    registry,
    settings::{Mode, Settings},
    testing::{Isolated, circuit_open, isolated},
};

#[circuit_breaker(name = "scopes", failure_threshold = 2, recovery_timeout = "30s", handle = ping_breaker)]
fn ping(up: bool) -> io::Result<()> {
    if up { Ok(()) } else { Err(io::ErrorKind::ConnectionRefused.into()) }
}

#[circuit_breaker(failure_threshold = 1, handle = unnamed_breaker)]
async fn unnamed(up: bool) -> io::Result<()> {
    std::future::ready(()).await;
    if up { Ok(()) } else { Err(io::ErrorKind::ConnectionRefused.into()) }
}

#[circuit_breaker(name = "scopes-keyed", key = host, failure_threshold = 1, handle = hosts)]
fn keyed(host: &str, up: bool) -> io::Result<()> {
    if up { Ok(()) } else { Err(io::ErrorKind::ConnectionRefused.into()) }
}

#[circuit_breaker(name = "scopes-cached", failure_threshold = 1, cache(key = id, ttl = "1h"))]
fn cached(id: u32, up: bool) -> io::Result<u32> {
    if up { Ok(id) } else { Err(io::ErrorKind::ConnectionRefused.into()) }
}

fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it waits for nothing"),
    }
}

#[test]
fn annotated_functions_families_and_caches_begin_anew_and_go_on_outside() {
    let _outer = isolated();
    let _ = (ping(false), ping(false), keyed("a", false), now(unnamed(false)));
    assert_eq!(cached(1, true).unwrap(), 1);
    {
        let _inner = isolated();
        assert_eq!(ping_breaker().state(), State::Closed);
        assert_eq!(ping_breaker().snapshot().failures, 0);
        assert_eq!(unnamed_breaker().name(), "isolated::scopes::unnamed", "no `#2`");
        assert!(hosts().is_empty());
        assert!(cached(1, false).is_err(), "nothing is kept here");
        keyed("a", true).unwrap();
        now(unnamed(true)).unwrap();
        ping(true).unwrap();
        assert!(std::ptr::eq(registry().get("scopes").unwrap(), ping_breaker()));
    }
    assert_eq!((ping_breaker().state(), hosts().get("a").state()), (State::Open, State::Open));
    assert_eq!((unnamed_breaker().state(), ping_breaker().snapshot().successes), (State::Open, 0));
    assert_eq!(cached(1, false).unwrap(), 1);
}

#[test]
fn the_scopes_clock_is_under_every_breaker() {
    let scope = isolated();
    let mine = Arc::new(CircuitBreaker::new("mine", Config::default()));
    registry().register(Arc::clone(&mine));
    let made = registry().get_or_create("made", Config::default());
    let _ = (ping(false), ping(false));
    hosts().get("a").trip();
    mine.trip();
    made.trip();
    let states = || [ping_breaker().state(), hosts().get("a").state(), mine.state(), made.state()];
    assert_eq!(states(), [State::Open; 4]);
    scope.clock().advance(Duration::from_secs(60));
    assert_eq!(states(), [State::HalfOpen; 4]);
    assert_eq!(registry().health().breakers.len(), 4);
}

#[test]
fn registry_settings_listeners_conflicts_and_metrics_are_the_scopes() {
    let heard = Arc::new(AtomicU32::new(0));
    let outside = Arc::clone(&heard);
    let listener = registry().on_transition(move |t| {
        outside.fetch_add(u32::from(t.name == "scopes-heard"), SeqCst);
    });
    let scope = isolated();
    assert_eq!(registry().iter().count(), 0);
    Settings::new().set("scopes*", Config::builder().failure_threshold(9)).install().unwrap();
    registry().get_or_create("scopes-heard", Config::default()).trip();
    registry().get_or_create("scopes-heard", Config::builder().jitter(0.5).build().unwrap());
    assert_eq!(ping_breaker().config().failure_threshold(), Some(9));
    assert_eq!((registry().conflicts().len(), registry().recent().len()), (1, 1));
    assert_eq!(Scope::registry().read().len(), 2);
    drop(scope);
    assert_eq!(heard.load(SeqCst), 0);
    assert!(registry().get("scopes-heard").is_none());
    assert_eq!(registry().unused_settings(), [""; 0]);
    assert!(registry().conflicts().iter().all(|conflict| conflict.name() != "scopes-heard"));
    assert!(registry().remove_listener(listener));
}

#[test]
fn another_thread_comes_in_by_run_and_only_there() {
    let scope = isolated();
    let _ = (ping(false), ping(false));
    thread::scope(|threads| {
        threads.spawn(|| {
            assert_eq!(scope.run(|| ping_breaker().state()), State::Open);
            let inner = isolated();
            assert_eq!(scope.run(|| ping_breaker().state()), State::Open, "also from another scope");
            assert_eq!(ping_breaker().state(), State::Closed);
            drop(inner);
        });
    });
    let panicked = thread::scope(|threads| {
        threads
            .spawn(|| {
                let _ = catch_unwind(AssertUnwindSafe(|| scope.run(|| panic!("in the scope"))));
                registry().get("scopes").is_some_and(|breaker| breaker.snapshot().failures == 2)
            })
            .join()
            .unwrap()
    });
    assert!(!panicked, "a panic leaves the scope too");
}

#[test]
fn a_future_is_in_the_scope_at_each_poll_on_whichever_thread() {
    let scope = isolated();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    let mut polls = 0;
    let task = scope.future(async move {
        let first = ping(false);
        poll_fn(|_| {
            polls += 1;
            log.lock().unwrap().push(registry().get("scopes").map(CircuitBreaker::state));
            if polls < 3 { Poll::Pending } else { Poll::Ready(()) }
        })
        .await;
        let _ = (first, now(unnamed(false)));
        unnamed_breaker().state()
    });
    let task = Arc::new(Mutex::new(Box::pin(task)));
    for poll in 0..3 {
        let task = Arc::clone(&task);
        let polled = thread::spawn(move || {
            let polled = task.lock().unwrap().as_mut().poll(&mut Context::from_waker(Waker::noop()));
            assert!(registry().get("scopes").is_none_or(|breaker| breaker.snapshot().failures == 0), "left again");
            polled
        });
        let expected = if poll < 2 { Poll::Pending } else { Poll::Ready(State::Open) };
        assert_eq!(polled.join().unwrap(), expected);
    }
    assert_eq!(*seen.lock().unwrap(), [Some(State::Closed); 3]);
    assert_eq!(ping_breaker().snapshot().failures, 1);
    fn sent<T: Send + 'static>(_: T) {}
    sent(scope.future(async {}));
}

#[test]
fn guards_nest_and_one_out_of_order_panics() {
    let outer = isolated();
    let inner = isolated();
    let payload = catch_unwind(AssertUnwindSafe(|| drop(outer))).unwrap_err();
    let message = payload.downcast_ref::<&str>().unwrap();
    assert!(message.contains("out of order"), "{message}");
    registry().get_or_create("scopes-inner", Config::default());
    drop(inner);
    assert!(registry().get("scopes-inner").is_none(), "each left its own");

    // In a thread that panics already there is no second panic.
    let scopes = Mutex::new(None::<Isolated>);
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let mut scopes = scopes.lock().unwrap();
        let _outer = isolated();
        *scopes = Some(isolated());
        panic!("with a scope inside");
    }));
    assert!(panicked.is_err());
    assert!(registry().get("scopes-inner").is_none());
}

#[test]
fn a_breaker_of_ones_own_is_not_isolated() {
    static OWN: std::sync::LazyLock<CircuitBreaker> =
        std::sync::LazyLock::new(|| CircuitBreaker::new("scopes-own", Config::default()));
    #[circuit_breaker(breaker = OWN)]
    fn own() -> io::Result<()> {
        Ok(())
    }
    own().unwrap();
    let _scope = isolated();
    own().unwrap();
    assert_eq!(OWN.snapshot().successes, 2);
}

#[test]
fn modes_are_forced_from_the_first_call_of_a_function() {
    let _scope = isolated();
    Settings::new().set("scopes", Mode::ForcedOpen).install().unwrap();
    assert!(ping(true).is_err());
    assert_eq!((ping_breaker().state(), ping_breaker().snapshot().times_opened), (State::ForcedOpen, 0));
    assert!(registry().recent().is_empty(), "nothing was there before it");
}

#[test]
fn the_error_of_a_rejection_can_be_made() {
    let wait = Some(Duration::from_secs(5));
    let made = circuit_open("users", State::Open, wait);
    assert_eq!((made.name.as_str(), made.state, made.retry_after), ("users", State::Open, wait));
    assert_eq!(made.to_string(), "circuit breaker `users` is open, retry after 5s");
}
