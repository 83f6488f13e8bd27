//! One breaker for each key: `key` and `max_keys`.

use std::{cell::Cell, fmt, future::Future, io, pin::Pin};

use breaker_runtime::{CircuitOpen, State, circuit_breaker, testing::ManualClock};

use crate::support::WAIT;

fn down() -> io::Error {
    io::ErrorKind::ConnectionRefused.into()
}

fn is_rejection(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<CircuitOpen>())
}

#[test]
fn a_key_that_is_down_does_not_close_the_others_off() {
    #[circuit_breaker(name = "http", failure_threshold = 1, recovery_timeout = "30s", half_open_max_calls = 1, key = host, handle = hosts)]
    fn get(host: &str, up: bool) -> io::Result<u8> {
        if up { Ok(1) } else { Err(down()) }
    }
    let clock = ManualClock::new();
    hosts().set_clock(clock.clone());
    assert!(!is_rejection(&get("a", false).unwrap_err()));
    assert!(is_rejection(&get("a", true).unwrap_err()));
    assert_eq!(get("b", true).unwrap(), 1);
    assert_eq!((hosts().get("a").state(), hosts().get("b").state()), (State::Open, State::Closed));
    assert_eq!((hosts().name(), hosts().get("a").name()), ("http", "http[a]"));
    clock.advance(WAIT);
    assert_eq!(get("a", true).unwrap(), 1);
    assert_eq!(hosts().get("a").state(), State::Closed);
}

struct Host(String);

impl AsRef<str> for Host {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "shown {}", self.0)
    }
}

#[test]
fn a_key_is_text_or_what_it_is_shown_as() {
    #[circuit_breaker(key = host, handle = text)]
    fn text_first(host: Host) -> io::Result<String> {
        Ok(host.0)
    }
    #[circuit_breaker(key = id, handle = ids)]
    fn number(id: u64) -> io::Result<u64> {
        Ok(id)
    }
    #[circuit_breaker(key = format!("{host}:{port}"), handle = made)]
    fn expression(host: &str, port: u16) -> io::Result<usize> {
        Ok(host.len() + usize::from(port))
    }
    #[circuit_breaker(key = key, handle = generic)]
    fn shown<T: fmt::Display>(key: T) -> io::Result<String> {
        Ok(key.to_string())
    }
    assert_eq!(text_first(Host("a".into())).unwrap(), "a");
    assert_eq!((number(7).unwrap(), expression("b", 8).unwrap(), shown('c').unwrap()), (7, 9, "c".to_owned()));
    assert_eq!(text().get("a").snapshot().successes, 1, "`AsRef<str>` before `Display`");
    assert_eq!(ids().get(7).snapshot().successes, 1);
    assert_eq!(made().get("b:8").snapshot().successes, 1);
    assert_eq!(generic().get("c").snapshot().successes, 1);
}

#[tokio::test]
async fn an_async_body_may_consume_what_the_key_was_made_of() {
    #[circuit_breaker(failure_threshold = 1, key = host, fallback = |_| Ok(host), clone(host), handle = hosts)]
    async fn fetch(host: String, (n, text): (u8, String)) -> io::Result<String> {
        std::future::ready(()).await;
        if n == 0 { Err(down()) } else { Ok(host + &text) }
    }
    #[circuit_breaker(key = format!("{a}{}", b[0]), handle = parts)]
    async fn pattern((mut a, ref b): (String, [u8; 1]), _unused: u8) -> io::Result<String> {
        a.push('!');
        Ok(format!("{a}{}", b.len()))
    }
    #[circuit_breaker(key = _hidden, handle = hidden)]
    async fn underscore(_hidden: &str) -> io::Result<()> {
        Ok(())
    }
    let task = tokio::spawn(fetch("a".into(), (1, "b".into())));
    assert_eq!(task.await.unwrap().unwrap(), "ab");
    assert_eq!(fetch("a".into(), (0, "b".into())).await.unwrap(), "a");
    let seen = hosts().get("a").snapshot();
    assert_eq!((seen.successes, seen.failures, seen.fallbacks), (1, 1, 1));
    assert_eq!(pattern(("x".into(), [3]), 0).await.unwrap(), "x!1");
    assert_eq!(parts().get("x3").snapshot().successes, 1);
    underscore("h").await.unwrap();
    assert_eq!(hidden().get("h").snapshot().successes, 1);
}

struct Client {
    host: String,
    calls: u32,
}

impl Client {
    #[circuit_breaker(failure_threshold = 1, key = self.host, fallback = Self::zero, handle = Self::clients)]
    async fn count(&mut self, up: bool) -> io::Result<u32> {
        self.calls += 1;
        if up { Ok(self.calls) } else { Err(down()) }
    }

    fn zero(&mut self, _up: bool) -> io::Result<u32> {
        Ok(0)
    }

    #[circuit_breaker(failure_threshold = 1, key = &self.host)]
    fn calls_mut(&mut self) -> io::Result<&mut u32> {
        Ok(&mut self.calls)
    }
}

#[tokio::test]
async fn a_method_is_keyed_by_a_field() {
    let mut client = Client { host: "h".into(), calls: 0 };
    assert_eq!(client.count(true).await.unwrap(), 1);
    assert_eq!(client.count(false).await.unwrap(), 0);
    assert_eq!(client.count(true).await.unwrap(), 0, "rejected");
    *client.calls_mut().unwrap() += 10;
    assert_eq!(client.calls, 12);
    let seen = Client::clients().get("h").snapshot();
    assert_eq!((seen.successes, seen.failures, seen.rejected, seen.fallbacks), (1, 1, 1, 2));
}

#[tokio::test]
async fn a_returned_future_is_keyed_by_what_its_body_consumed() {
    #[circuit_breaker(failure_threshold = 1, key = host, handle = hosts)]
    fn fetch(host: String) -> Pin<Box<dyn Future<Output = io::Result<usize>> + Send>> {
        Box::pin(async move { Ok(host.len()) })
    }
    assert_eq!(tokio::spawn(fetch("abc".into())).await.unwrap().unwrap(), 3);
    hosts().get("abc").trip();
    assert!(is_rejection(&fetch("abc".into()).await.unwrap_err()));
    assert!(fetch("d".into()).await.is_ok());
}

#[test]
fn the_key_is_evaluated_once_a_call_before_the_body() {
    fn next(calls: &Cell<u32>) -> u32 {
        calls.set(calls.get() + 1);
        calls.get()
    }
    #[circuit_breaker(key = next(calls))]
    fn call(calls: &Cell<u32>) -> io::Result<u32> {
        Ok(calls.get())
    }
    let calls = Cell::new(0);
    assert_eq!((call(&calls).unwrap(), call(&calls).unwrap()), (1, 2));
}

#[test]
fn at_most_max_keys_are_kept() {
    const MOST: usize = 4;
    #[circuit_breaker(key = id, max_keys = MOST, handle = few)]
    fn constant(id: u32) -> io::Result<u32> {
        Ok(id)
    }
    #[circuit_breaker(key = id, max_keys = 2, handle = fewer)]
    fn literal(id: u32) -> io::Result<u32> {
        Ok(id)
    }
    for id in 0..if cfg!(miri) { 10 } else { 100 } {
        assert_eq!((constant(id).unwrap(), literal(id).unwrap()), (id, id));
    }
    assert!(few().len() <= 4 && fewer().len() <= 2);
}

#[test]
fn functions_of_one_name_share_their_family_and_default_names_do_not() {
    #[circuit_breaker(name = "shared-hosts", key = host, handle = first)]
    fn read(host: &str) -> io::Result<usize> {
        Ok(host.len())
    }
    #[circuit_breaker(name = "shared-hosts", key = host, handle = second)]
    fn write(host: &str) -> io::Result<usize> {
        Ok(host.len())
    }
    #[circuit_breaker(key = host, handle = other)]
    fn alone(host: &str) -> io::Result<usize> {
        Ok(host.len())
    }
    let _ = (read("a"), write("a"), alone("a"));
    assert!(std::ptr::eq(first(), second()));
    assert_eq!((first().get("a").snapshot().successes, other().get("a").snapshot().successes), (2, 1));
    assert_eq!(other().name(), "it::keyed::alone");
}
