//! Functions that return a future without being `async`.

use std::{
    future::{Future, ready},
    pin::{Pin, pin},
    sync::atomic::{AtomicU32, Ordering::SeqCst},
    task::{Context, Poll, Waker},
};

use breaker_runtime::{CallError, State, circuit_breaker};

fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the future waits"),
    }
}

static BODIES: AtomicU32 = AtomicU32::new(0);

#[circuit_breaker(failure_threshold = 2, handle = parse_breaker)]
fn parse(text: &str) -> impl Future<Output = Result<u32, Box<dyn std::error::Error + Send + Sync>>> + '_ {
    BODIES.fetch_add(1, SeqCst);
    async move { Ok(text.parse()?) }
}

#[test]
fn the_circuit_is_asked_at_the_first_poll() {
    let breaker = parse_breaker();
    drop(parse("1"));
    assert_eq!((BODIES.load(SeqCst), breaker.snapshot().cancelled), (1, 0));
    let admitted_late = parse("1");
    assert!(now(parse("x")).is_err() && now(parse("y")).is_err());
    assert_eq!(breaker.state(), State::Open);
    assert!(now(admitted_late).unwrap_err().is::<breaker_runtime::CircuitOpen>());
    let seen = breaker.snapshot();
    assert_eq!((seen.successes, seen.failures, seen.rejected), (0, 2, 1));
}

#[test]
fn a_future_dropped_half_way_is_cancelled() {
    #[circuit_breaker(handle = hang_breaker)]
    fn hang() -> impl Future<Output = std::io::Result<()>> {
        std::future::pending()
    }
    let mut waiting = Box::pin(hang());
    assert!(waiting.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    drop(waiting);
    assert_eq!(hang_breaker().snapshot().cancelled, 1);
}

struct Store {
    last: u32,
}

impl Store {
    #[circuit_breaker(
        failure_threshold = 1,
        handle = Self::load_breaker,
        fallback = |error| match error {
            CallError::Open(_) => Ok(ready(self.last).await),
            CallError::Failed(error) => Err(error),
        }
    )]
    fn load<'a>(&'a self, id: &'a u32) -> Pin<Box<dyn Future<Output = Result<u32, String>> + Send + 'a>> {
        Box::pin(async move { if *id == 0 { Err("no such id".to_owned()) } else { Ok(*id) } })
    }
}

#[test]
fn a_closure_answers_for_a_boxed_future_and_may_await() {
    let store = Store { last: 7 };
    assert_eq!(now(store.load(&1)), Ok(1));
    assert_eq!(now(store.load(&0)), Err("no such id".to_owned()));
    assert_eq!(now(store.load(&1)), Ok(7));
    let seen = Store::load_breaker().snapshot();
    assert_eq!((seen.failures, seen.rejected, seen.fallbacks), (1, 1, 2));
}

#[test]
fn a_guarded_future_stays_send_and_static() {
    #[circuit_breaker(failure_if = |value| *value == 0, fallback = |_| 9, fallback_on = rejected)]
    fn own(text: String) -> impl Future<Output = usize> + Send + 'static {
        async move { text.len() }
    }
    let answer = std::thread::spawn(|| now(own("abc".to_owned()))).join().unwrap();
    assert_eq!(answer, 3);
}
