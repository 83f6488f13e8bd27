//! The last good value answers: `cache(…)`.

use std::{cell::Cell, future::Future, io, time::Duration};

use breaker_runtime::{CircuitOpen, State, circuit_breaker, testing::ManualClock};

fn down() -> io::Error {
    io::ErrorKind::ConnectionRefused.into()
}

fn is_rejection(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<CircuitOpen>())
}

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_failed_and_a_rejected_call_return_the_last_good_value_while_it_is_young() {
    #[circuit_breaker(
        failure_threshold = 2,
        recovery_timeout = "1h",
        cache(key = id, ttl = "300s"),
        handle = users
    )]
    fn user(id: u32, up: Option<&str>) -> io::Result<String> {
        up.map(|name| format!("{name} {id}")).ok_or_else(down)
    }
    let clock = ManualClock::new();
    users().set_clock(clock.clone());
    assert_eq!(user(1, Some("old")).unwrap(), "old 1");
    clock.advance(SECOND);
    assert_eq!(user(1, Some("new")).unwrap(), "new 1");
    assert_eq!(user(1, None).unwrap(), "new 1", "failed");
    assert!(!is_rejection(&user(2, None).unwrap_err()), "another key");
    assert_eq!(users().state(), State::Open, "failures that the cache covers are counted");
    assert_eq!(user(1, None).unwrap(), "new 1", "rejected");
    assert!(is_rejection(&user(2, None).unwrap_err()));
    clock.advance(SECOND * 300 - Duration::from_nanos(1));
    assert_eq!(user(1, None).unwrap(), "new 1");
    clock.advance(Duration::from_nanos(1));
    assert!(is_rejection(&user(1, None).unwrap_err()), "as old as the ttl");
    let seen = users().snapshot();
    assert_eq!((seen.successes, seen.failures, seen.rejected, seen.cached, seen.fallbacks), (2, 2, 4, 3, 0));
}

#[test]
fn a_value_is_not_served_under_another_clock() {
    #[circuit_breaker(failure_threshold = 100, cache(key = id, ttl = "5m"), handle = users)]
    fn user(id: u32, up: bool) -> io::Result<u32> {
        if up { Ok(id) } else { Err(down()) }
    }
    let late = ManualClock::new();
    late.advance(SECOND * 3600);
    users().set_clock(late.clone());
    assert_eq!((user(1, true).unwrap(), user(1, false).unwrap()), (1, 1));
    let early = ManualClock::new();
    users().set_clock(early.clone());
    assert!(user(1, false).is_err(), "it is from the future of this clock");
    early.advance(SECOND * 3600);
    assert!(user(1, false).is_err(), "the same reading is not the same time");
    users().set_clock(late);
    assert!(user(1, false).is_err(), "a clock that is put back is another start");
    assert_eq!((user(1, true).unwrap(), user(1, false).unwrap()), (1, 1));
    users().reset();
    assert_eq!(user(1, false).unwrap(), 1, "a reset is about the circuit");
}

#[test]
fn breakers_of_a_family_share_its_clock_and_so_its_values() {
    #[circuit_breaker(key = mirror, cache(key = path, ttl = "5m"), handle = mirrors)]
    fn get(mirror: &str, path: &'static str, up: bool) -> io::Result<&'static str> {
        let _ = mirror;
        if up { Ok(path) } else { Err(down()) }
    }
    assert!(get("a", "/", true).is_ok() && get("b", "/", false).is_ok(), "the system's");
    mirrors().set_clock(ManualClock::new());
    assert!(get("a", "/", false).is_err() && get("new", "/", false).is_err(), "of before");
    assert!(get("a", "/", true).is_ok() && get("b", "/", false).is_ok() && get("newer", "/", false).is_ok());
}

#[test]
fn the_cache_is_asked_before_the_fallback() {
    fn none(_: u32, _: bool) -> io::Result<u32> {
        Ok(0)
    }
    #[circuit_breaker(failure_threshold = 2, cache(key = id, ttl = "1h"), fallback = none, handle = any)]
    fn by_path(id: u32, up: bool) -> io::Result<u32> {
        if up { Ok(id) } else { Err(down()) }
    }
    #[circuit_breaker(
        failure_threshold = 2,
        cache(key = id, ttl = "1h"),
        fallback = |_| Ok(0),
        fallback_on = rejected,
        handle = rejected
    )]
    fn by_closure(id: u32, up: bool) -> io::Result<u32> {
        if up { Ok(id) } else { Err(down()) }
    }
    assert_eq!((by_path(7, true).unwrap(), by_path(7, false).unwrap(), by_path(8, false).unwrap()), (7, 7, 0));
    assert_eq!((by_path(7, true).unwrap(), by_path(8, true).unwrap()), (7, 0), "rejected");
    assert_eq!((by_closure(7, true).unwrap(), by_closure(7, false).unwrap()), (7, 7));
    assert!(by_closure(8, false).is_err());
    assert_eq!((by_closure(7, true).unwrap(), by_closure(8, true).unwrap()), (7, 0), "rejected");
    let (any, rejected) = (any().snapshot(), rejected().snapshot());
    assert_eq!((any.cached, any.fallbacks), (2, 2));
    assert_eq!((rejected.cached, rejected.fallbacks), (2, 1));
}

#[tokio::test]
async fn an_async_function_has_its_cache_and_stays_send() {
    #[circuit_breaker(failure_threshold = 1, cache(key = id, ttl = "1h"), handle = plain)]
    async fn fetch(id: String, up: bool) -> io::Result<String> {
        std::future::ready(()).await;
        if up { Ok(id) } else { Err(down()) }
    }
    #[circuit_breaker(failure_threshold = 1, cache(key = id, ttl = "1h"), fallback = |_| Ok("else".into()), handle = fallen)]
    async fn with_fallback(id: &'static str, up: bool) -> io::Result<String> {
        std::future::ready(()).await;
        if up { Ok(id.to_owned()) } else { Err(down()) }
    }
    #[circuit_breaker(failure_threshold = 1, cache(key = id, ttl = "1h"))]
    fn returned(id: String, up: bool) -> impl Future<Output = io::Result<String>> + Send {
        async move { if up { Ok(id) } else { Err(down()) } }
    }
    assert_eq!(tokio::spawn(fetch("a".into(), true)).await.unwrap().unwrap(), "a");
    assert_eq!(fetch("a".into(), false).await.unwrap(), "a");
    assert_eq!(fetch("a".into(), true).await.unwrap(), "a");
    assert!(is_rejection(&fetch("b".into(), true).await.unwrap_err()));
    assert_eq!((plain().snapshot().cached, plain().snapshot().rejected), (2, 2));
    assert_eq!(with_fallback("a", true).await.unwrap(), "a");
    assert_eq!(
        (with_fallback("a", false).await.unwrap(), with_fallback("a", true).await.unwrap()),
        ("a".into(), "a".into())
    );
    assert_eq!(with_fallback("b", true).await.unwrap(), "else");
    assert_eq!((fallen().snapshot().cached, fallen().snapshot().fallbacks), (2, 1));
    assert_eq!(returned("a".into(), true).await.unwrap(), "a");
    assert_eq!(returned("a".into(), false).await.unwrap(), "a");
    assert!(returned("b".into(), true).await.is_err());
}

#[test]
fn instantiations_of_a_generic_function_do_not_see_each_others_values() {
    #[circuit_breaker(failure_threshold = 100, cache(key = 1, ttl = "1h"))]
    fn echo<T: Clone + Send + Sync + 'static>(value: Option<T>) -> io::Result<T> {
        value.ok_or_else(down)
    }
    assert_eq!(echo(Some(1_u8)).unwrap(), 1);
    assert!(echo::<u16>(None).is_err());
    assert_eq!(echo(Some("text")).unwrap(), "text");
    assert_eq!((echo::<u8>(None).unwrap(), echo::<&str>(None).unwrap()), (1, "text"));
}

#[test]
fn an_ignored_error_is_returned_and_a_value_judged_a_failure_is_not_kept() {
    #[circuit_breaker(
        cache(key = id, ttl = "1h"),
        ignore_if = |error| error.kind() == io::ErrorKind::NotFound,
        failure_if = |result| !matches!(result, Ok(1..)),
        handle = judged
    )]
    fn get(id: u8, result: io::Result<u32>) -> io::Result<u32> {
        let _ = id;
        result
    }
    assert_eq!(get(1, Ok(5)).unwrap(), 5);
    assert_eq!(get(1, Err(io::ErrorKind::NotFound.into())).unwrap_err().kind(), io::ErrorKind::NotFound);
    assert_eq!(get(1, Ok(0)).unwrap(), 0, "it was not found, so nothing is kept");
    assert_eq!(get(2, Ok(0)).unwrap(), 0);
    let seen = judged().snapshot();
    assert_eq!((seen.successes, seen.ignored, seen.failures, seen.cached), (1, 1, 2, 0));
}

#[test]
fn no_more_values_are_kept_than_the_capacity() {
    #[circuit_breaker(failure_threshold = 1000, cache(key = id, ttl = FOREVER, capacity = FEW))]
    fn get(id: usize, up: bool) -> io::Result<usize> {
        if up { Ok(id) } else { Err(down()) }
    }
    const FOREVER: Duration = Duration::MAX;
    const FEW: usize = 8;
    for id in 0..100 {
        get(id, true).unwrap();
    }
    assert!((0..100).filter(|id| get(*id, false).is_ok()).count() <= FEW);
}

#[test]
fn a_keyed_breaker_and_a_cache_go_together() {
    struct Client {
        host: String,
    }
    impl Client {
        #[circuit_breaker(
            failure_threshold = 1,
            key = self.host,
            cache(key = (format!("{}/{path}", self.host)), ttl = "1h"),
            handle = Self::hosts
        )]
        fn get(&mut self, path: &str, up: bool) -> io::Result<usize> {
            if up { Ok(path.len()) } else { Err(down()) }
        }
    }
    let (mut a, mut b) = (Client { host: "a".into() }, Client { host: "b".into() });
    assert_eq!((a.get("xx", true).unwrap(), a.get("xx", false).unwrap(), a.get("xx", true).unwrap()), (2, 2, 2));
    assert!(is_rejection(&a.get("y", true).unwrap_err()));
    assert!(!is_rejection(&b.get("xx", false).unwrap_err()), "another host's value is not served");
    let (a, b) = (Client::hosts().get("a").snapshot(), Client::hosts().get("b").snapshot());
    assert_eq!((a.cached, a.rejected, b.cached, b.failures), (2, 2, 0, 1));
}

#[tokio::test]
async fn a_key_of_several_values_is_a_format() {
    #[circuit_breaker(key = format!("{a}-{b}"), cache(key = format!("{a}/{b}"), ttl = "1h"), handle = pairs)]
    async fn pair(a: u8, b: String, up: bool) -> io::Result<String> {
        if up { Ok(b) } else { Err(down()) }
    }
    assert_eq!(pair(1, "x".into(), true).await.unwrap(), "x");
    assert_eq!(pair(1, "x".into(), false).await.unwrap(), "x");
    assert!(pair(2, "x".into(), false).await.is_err());
    assert_eq!(pairs().get("1-x").snapshot().cached, 1);
}

#[test]
fn the_keys_are_evaluated_once_a_call_before_the_body() {
    fn next(calls: &Cell<u32>) -> u32 {
        calls.set(calls.get() + 1);
        calls.get()
    }
    #[circuit_breaker(key = next(calls), cache(key = next(calls), ttl = "1h"))]
    fn call(calls: &Cell<u32>) -> io::Result<u32> {
        Ok(calls.get())
    }
    let calls = Cell::new(0);
    assert_eq!((call(&calls).unwrap(), call(&calls).unwrap()), (2, 4));
}
