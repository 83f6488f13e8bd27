//! Every admitted call is attributed exactly once.

use std::{
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicU64, Ordering::SeqCst},
    task::{Context, Poll, Waker},
    thread,
    time::Duration,
};

use breaker_runtime::{CircuitOpen, circuit_breaker, testing::ManualClock};

use crate::support::{breaker, small};

/// A small generator with a seed, so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

#[test]
fn admitted_is_the_sum_of_the_outcomes_and_what_is_in_flight() {
    const THREADS: u64 = 8;
    const CALLS: u64 = if cfg!(miri) { 20 } else { 5_000 };
    quiet_expected_panics();
    let (breaker, clock) = breaker(small().failure_threshold(4).half_open_max_calls(2));
    let admitted = AtomicU64::new(0);
    let in_flight: usize = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|seed| {
                let (breaker, clock, admitted) = (&breaker, &clock, &admitted);
                scope.spawn(move || {
                    let mut random = Random(seed);
                    let mut running = Vec::new();
                    for _ in 0..CALLS {
                        clock.advance(Duration::from_secs(random.below(4)));
                        let Ok(permit) = breaker.try_acquire() else { continue };
                        admitted.fetch_add(1, SeqCst);
                        match random.below(9) {
                            0..=2 => permit.success(),
                            3..=5 => permit.failure(),
                            6 => permit.ignore(),
                            7 => drop(permit),
                            _ if random.below(50) == 0 => running.push(permit),
                            _ => {
                                let panicked = catch_unwind(AssertUnwindSafe(|| {
                                    let _permit = permit;
                                    std::panic::panic_any(Expected);
                                }));
                                assert!(panicked.is_err());
                            }
                        }
                        if random.below(100) == 0 {
                            match random.below(5) {
                                0 => breaker.trip(),
                                1 => breaker.disable(),
                                2 => breaker.metrics_only(),
                                _ => breaker.reset(),
                            }
                        }
                    }
                    let left = running.len();
                    running.into_iter().for_each(std::mem::forget);
                    left
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    let seen = breaker.snapshot();
    let ended = seen.successes + seen.failures + seen.ignored + seen.cancelled;
    assert_eq!(admitted.load(SeqCst), ended + in_flight as u64);
    assert!(
        seen.times_opened > 10 || cfg!(miri),
        "the circuit opened only {} times: the test tests little",
        seen.times_opened
    );
}

struct Expected;

fn quiet_expected_panics() {
    std::panic::set_hook(Box::new(|info| {
        if info.payload().downcast_ref::<Expected>().is_none() {
            eprintln!("{info}");
        }
    }));
}

/// How a guarded call is to end.
#[derive(Clone, Copy, PartialEq)]
enum End {
    Well,
    Badly,
    Ignored,
    Panicking,
    Dropped,
}

#[circuit_breaker(
    name = "invariant-async", failure_threshold = 4, recovery_timeout = "1ms", probe_timeout = "1ms",
    ignore_if = |error| *error == Got::Ignored, handle = guarded_breaker
)]
async fn guarded(end: End) -> Result<(), Got> {
    tokio::task::yield_now().await;
    match end {
        End::Well => Ok(()),
        End::Badly => Err(Got::Failed),
        End::Ignored => Err(Got::Ignored),
        End::Panicking => std::panic::panic_any(Expected),
        End::Dropped => std::future::pending().await,
    }
}

#[derive(Debug, PartialEq)]
enum Got {
    Failed,
    Ignored,
    Rejected,
}

impl From<CircuitOpen> for Got {
    fn from(_: CircuitOpen) -> Self {
        Self::Rejected
    }
}

/// Polls it twice: that is how far every end but `Dropped` is. `None` if it was rejected.
fn run(end: End) -> Option<()> {
    let mut call = Box::pin(guarded(end));
    let mut poll = || call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    match poll() {
        Poll::Ready(Err(Got::Rejected)) => return None,
        first => assert!(first.is_pending()),
    }
    let second = catch_unwind(AssertUnwindSafe(poll));
    assert_eq!(second.is_err(), end == End::Panicking);
    assert_eq!(second.is_ok_and(|second| second.is_pending()), end == End::Dropped);
    Some(())
}

#[test]
fn each_call_of_an_annotated_async_function_is_counted_once_under_its_own_outcome() {
    const THREADS: u64 = 8;
    const CALLS: u64 = if cfg!(miri) { 20 } else { 5_000 };
    let clock = ManualClock::new();
    guarded_breaker().set_clock(clock.clone());
    quiet_expected_panics();
    let ends = [End::Well, End::Badly, End::Ignored, End::Panicking, End::Dropped];
    let counts: [AtomicU64; 5] = Default::default();
    let rejected = AtomicU64::new(0);
    thread::scope(|scope| {
        for seed in 0..THREADS {
            let (clock, counts, rejected) = (&clock, &counts, &rejected);
            scope.spawn(move || {
                let mut random = Random(seed);
                for _ in 0..CALLS {
                    clock.advance(Duration::from_micros(random.below(400)));
                    let end = usize::try_from(random.below(5)).unwrap();
                    let counted = if run(ends[end]).is_some() { &counts[end] } else { rejected };
                    counted.fetch_add(1, SeqCst);
                }
            });
        }
    });
    let seen = guarded_breaker().snapshot();
    let [well, badly, ignored, panicked, dropped] = counts.map(AtomicU64::into_inner);
    assert_eq!(
        (seen.successes, seen.failures, seen.ignored, seen.cancelled, seen.rejected),
        (well, badly + panicked, ignored, dropped, rejected.into_inner())
    );
    assert!(seen.times_opened > 10 || cfg!(miri), "opened only {} times: the test tests little", seen.times_opened);
}
