//! Whose panic it is.

use std::{
    future::{Future, pending},
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::Arc,
    task::{Context, Waker},
};

use breaker_runtime::{CircuitBreaker, Config, State, circuit_breaker};
use tokio::join;

fn small() -> Config {
    Config::builder().failure_threshold(1).build().unwrap()
}

/// Polls it once, and returns whether that panicked.
fn panics(future: impl Future) -> bool {
    let poll = || {
        let _ = pin!(future).poll(&mut Context::from_waker(Waker::noop()));
    };
    catch_unwind(AssertUnwindSafe(poll)).is_err()
}

#[test]
fn fault_18_a_siblings_panic_cancels_the_call_that_it_drops() {
    #[circuit_breaker(failure_threshold = 1, handle = breaker)]
    async fn hangs() -> io::Result<()> {
        pending().await
    }
    assert!(panics(async { join!(hangs(), async { panic!("a sibling's") }) }));
    let seen = breaker().snapshot();
    assert_eq!((seen.state, seen.cancelled, seen.failures), (State::Closed, 1, 0));

    let by_hand = CircuitBreaker::new("by-hand", small());
    let hangs = by_hand.call_async(pending::<Result<(), ()>>());
    assert!(panics(async { join!(hangs, async { panic!("a sibling's") }) }));
    assert_eq!((by_hand.snapshot().cancelled, by_hand.snapshot().failures), (1, 0));
}

#[test]
fn fault_18_a_panic_of_the_body_or_of_its_judgement_is_a_failure() {
    #[circuit_breaker(failure_threshold = 1, handle = body_breaker)]
    async fn body() -> io::Result<()> {
        panic!("its own")
    }
    #[circuit_breaker(failure_threshold = 1, failure_if = |_| panic!("its judgement's"), handle = judged_breaker)]
    async fn judged() -> io::Result<()> {
        Ok(())
    }
    #[circuit_breaker(failure_threshold = 1, failure_if = |_| panic!("its judgement's"), handle = sync_breaker)]
    fn sync() -> io::Result<()> {
        Ok(())
    }
    assert!(panics(body()) && panics(judged()) && catch_unwind(sync).is_err());
    for breaker in [body_breaker(), judged_breaker(), sync_breaker()] {
        assert_eq!((breaker.state(), breaker.snapshot().failures), (State::Open, 1));
    }
}

#[test]
fn fault_18_a_call_in_a_destructor_during_a_panic_is_judged_by_what_it_does() {
    struct Flushes(Arc<CircuitBreaker>);
    impl Drop for Flushes {
        fn drop(&mut self) {
            drop(self.0.try_acquire().unwrap());
            drop(self.0.try_acquire_owned().unwrap());
            let _ = self.0.call(|| Ok::<_, ()>(()));
        }
    }
    let breaker = Arc::new(CircuitBreaker::new("flushes", small()));
    let flushes = Flushes(Arc::clone(&breaker));
    assert!(
        catch_unwind(AssertUnwindSafe(move || {
            let _flushes = flushes;
            panic!("somebody else's");
        }))
        .is_err()
    );
    let seen = breaker.snapshot();
    assert_eq!((seen.state, seen.cancelled, seen.failures, seen.successes), (State::Closed, 2, 0, 1));

    assert!(
        catch_unwind(AssertUnwindSafe(|| {
            let _permit = breaker.try_acquire().unwrap();
            panic!("the call's own");
        }))
        .is_err()
    );
    assert_eq!((breaker.state(), breaker.snapshot().failures), (State::Open, 1));
}
