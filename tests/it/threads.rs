//! Threads that come and go, each with counters of its own.

use std::{
    cell::RefCell,
    future::Future,
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
        mpsc,
    },
    task::{Context, Poll, Waker},
    thread,
};

use breaker_runtime::{CircuitBreaker, Config, circuit_breaker};

use crate::support::{fail, succeed};

/// A window that judges nothing, so that it only counts.
fn counting() -> Arc<CircuitBreaker> {
    let config = Config::builder().failure_rate(1.0).window(1_000_000).min_calls(1_000_000);
    Arc::new(CircuitBreaker::new("threads", config.build().unwrap()))
}

#[test]
fn threads_that_end_lose_no_count_and_a_reader_never_sees_less() {
    const LANES: u64 = if cfg!(miri) { 3 } else { 40 };
    const ROUNDS: u64 = if cfg!(miri) { 6 } else { 100 };
    let breaker = counting();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let (mut successes, mut calls) = (0, 0);
            while !done.load(Relaxed) {
                let seen = breaker.snapshot();
                assert!(seen.successes >= successes && seen.window_calls >= calls);
                (successes, calls) = (seen.successes, seen.window_calls);
                thread::yield_now();
            }
        });
        // More at once than there are counters of one's own, and each taken over many times.
        let lanes: Vec<_> = (0..LANES)
            .map(|_| {
                scope.spawn(|| {
                    for _ in 0..ROUNDS {
                        let call = || {
                            let _ = (succeed(&breaker), succeed(&breaker), fail(&breaker), succeed(&breaker));
                        };
                        thread::scope(|scope| scope.spawn(call).join().unwrap());
                    }
                })
            })
            .collect();
        lanes.into_iter().for_each(|lane| lane.join().unwrap());
        done.store(true, Relaxed);
        reader.join().unwrap();
    });
    let (seen, rounds) = (breaker.snapshot(), LANES * ROUNDS);
    assert_eq!((seen.successes, seen.failures), (3 * rounds, rounds));
    assert_eq!((seen.window_calls, seen.window_failures), (4 * rounds, rounds));
}

#[test]
fn what_a_threads_destructors_call_is_counted() {
    const THREADS: u64 = if cfg!(miri) { 24 } else { 600 };
    struct CallsAtTheEnd(Arc<CircuitBreaker>);
    impl Drop for CallsAtTheEnd {
        fn drop(&mut self) {
            let _ = (succeed(&self.0), succeed(&self.0), succeed(&self.0));
        }
    }
    thread_local! {
        static BEFORE: RefCell<Option<CallsAtTheEnd>> = const { RefCell::new(None) };
        static AFTER: RefCell<Option<CallsAtTheEnd>> = const { RefCell::new(None) };
    }
    let breaker = counting();
    let threads: Vec<_> = (0..THREADS)
        .map(|number| {
            let breaker = Arc::clone(&breaker);
            thread::spawn(move || {
                BEFORE.set(Some(CallsAtTheEnd(Arc::clone(&breaker))));
                if number % 3 > 0 {
                    let _ = succeed(&breaker);
                    AFTER.set(Some(CallsAtTheEnd(breaker)));
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    let expected: u64 = (0..THREADS).map(|number| if number % 3 > 0 { 7 } else { 3 }).sum();
    let seen = breaker.snapshot();
    assert_eq!((seen.successes, seen.window_calls), (expected, expected));
}

#[circuit_breaker(name = "threads-sync", key = key, max_keys = 4, handle = sync_hosts)]
fn by_key(key: u64) -> io::Result<u64> {
    Ok(key)
}

#[circuit_breaker(name = "threads-async", key = key, max_keys = 4, handle = async_hosts)]
async fn by_key_async(key: u64) -> io::Result<u64> {
    tokio::task::yield_now().await;
    Ok(key)
}

#[test]
fn no_call_by_key_is_lost_while_keys_are_evicted_and_threads_end() {
    const LANES: u64 = if cfg!(miri) { 2 } else { 8 };
    const ROUNDS: u64 = if cfg!(miri) { 3 } else { 200 };
    const CALLS: u64 = if cfg!(miri) { 6 } else { 60 };
    // More than are kept.
    const KEYS: u64 = 6;

    type Call = Pin<Box<dyn Future<Output = io::Result<u64>> + Send>>;
    fn poll(call: &mut Call) -> Poll<io::Result<u64>> {
        call.as_mut().poll(&mut Context::from_waker(Waker::noop()))
    }
    /// Its destructor may run when the thread's cache of keys is gone.
    struct CallsAtTheEnd;
    impl Drop for CallsAtTheEnd {
        fn drop(&mut self) {
            by_key(0).unwrap();
        }
    }
    thread_local! {
        static BEFORE: RefCell<Option<CallsAtTheEnd>> = const { RefCell::new(None) };
        static AFTER: RefCell<Option<CallsAtTheEnd>> = const { RefCell::new(None) };
    }

    let (elsewhere, begun) = mpsc::channel::<Call>();
    thread::scope(|scope| {
        scope.spawn(|| begun.into_iter().for_each(|mut call| assert!(poll(&mut call).is_ready())));
        for lane in 0..LANES {
            let elsewhere = elsewhere.clone();
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    let run = || {
                        BEFORE.set(Some(CallsAtTheEnd));
                        for number in 0..CALLS {
                            let key = (lane * 7 + round * 5 + number) % KEYS;
                            assert_eq!(by_key(key).unwrap(), key);
                            let mut call: Call = Box::pin(by_key_async(key));
                            assert!(poll(&mut call).is_pending());
                            match number % 3 {
                                0 => assert!(poll(&mut call).is_ready()),
                                1 => elsewhere.send(call).unwrap(),
                                _ => drop(call),
                            }
                        }
                        AFTER.set(Some(CallsAtTheEnd));
                    };
                    thread::scope(|scope| scope.spawn(run).join().unwrap());
                }
            });
        }
        drop(elsewhere);
    });
    let (sync, asynchronous) = (sync_hosts().totals(), async_hosts().totals());
    let calls = LANES * ROUNDS * CALLS;
    assert_eq!(sync.successes, calls + 2 * LANES * ROUNDS);
    assert_eq!((asynchronous.successes, asynchronous.cancelled), (calls / 3 * 2, calls / 3));
    assert!(sync_hosts().len() <= 4 && async_hosts().len() <= 4);
}
