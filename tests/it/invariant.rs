//! Every admitted call is attributed exactly once.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicU64, Ordering::SeqCst},
    thread,
    time::Duration,
};

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
    const CALLS: u64 = if cfg!(miri) { 50 } else { 5_000 };
    std::panic::set_hook(Box::new(|info| {
        if info.payload().downcast_ref::<Expected>().is_none() {
            eprintln!("{info}");
        }
    }));
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
    assert!(seen.times_opened > 10, "the circuit opened only {} times: the test tests little", seen.times_opened);
}

struct Expected;
