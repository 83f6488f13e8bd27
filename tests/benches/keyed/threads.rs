//! Threads that share a key, beside threads that each have a family of their own.

use std::{io, thread};

use breaker_runtime::circuit_breaker;

use super::{Call, keys, middle, remote, shuffled, thread_nanos, together};

macro_rules! guarded {
    ($($name:ident),*) => {
        $(
            #[circuit_breaker(key = key, max_keys = 20_000, recovery_timeout = "1h")]
            #[inline(never)]
            fn $name(key: &str) -> io::Result<u64> {
                remote(key)
            }
        )*
    };
}

guarded!(shared, first, second);

#[circuit_breaker(key = key, max_keys = 20_000, recovery_timeout = "1h")]
#[inline(never)]
async fn shared_async(key: &str) -> io::Result<u64> {
    remote(key)
}

#[circuit_breaker(key = key, max_keys = 20_000, recovery_timeout = "1h")]
#[inline(never)]
async fn first_async(key: &str) -> io::Result<u64> {
    remote(key)
}

#[circuit_breaker(key = key, max_keys = 20_000, recovery_timeout = "1h")]
#[inline(never)]
async fn second_async(key: &str) -> io::Result<u64> {
    remote(key)
}

const SYNC: [Call; 3] = [|key| shared(key).unwrap_or(0), |key| first(key).unwrap_or(0), |key| second(key).unwrap_or(0)];
const ASYNC: [Call; 3] = [
    |key| super::block_on(shared_async(key)).unwrap_or(0),
    |key| super::block_on(first_async(key)).unwrap_or(0),
    |key| super::block_on(second_async(key)).unwrap_or(0),
];

pub(super) fn print() {
    const ROUNDS: usize = 41;
    println!("\n| 2 threads | shared / private (middle half) | ns shared | ns private |\n|---|---|---|---|");
    for (name, [shared, first, second]) in [("sync", SYNC), ("async", ASYNC)] {
        for count in [1, 100] {
            let (keys, order) = (keys(count), shuffled(count));
            let (mut ratios, mut together_times, mut apart_times) = (Vec::new(), Vec::new(), Vec::new());
            for _ in 0..ROUNDS * 20 {
                let pair = (together([shared, shared], &keys, &order), together([first, second], &keys, &order));
                let (Some(one), Some(own)) = pair else { continue };
                ratios.push(one / own);
                together_times.push(one);
                apart_times.push(own);
                if ratios.len() == ROUNDS {
                    break;
                }
            }
            if ratios.is_empty() {
                println!("| {name}, {count} keys | the threads never ran at once | | |");
                continue;
            }
            let rounds = ratios.len();
            let (ratio, low, high) = middle(ratios);
            let (one, own) = (middle(together_times).0, middle(apart_times).0);
            println!(
                "| {name}, {count} keys, {rounds} rounds | {ratio:.2} ({low:.2} to {high:.2}) | {one:.1} | {own:.1} |"
            );
        }
    }
}

#[circuit_breaker(key = key, max_keys = 500, recovery_timeout = "1h", handle = crowded_family)]
#[inline(never)]
fn crowded(key: &str) -> io::Result<u64> {
    remote(key)
}

#[circuit_breaker(key = key, max_keys = 500, recovery_timeout = "1h", handle = crowded_async_family)]
#[inline(never)]
async fn crowded_async(key: &str) -> io::Result<u64> {
    remote(key)
}

/// While new keys push others out: one call of a hundred is for a key that nobody used before.
pub(super) fn print_with_eviction() {
    const CALLS: u64 = 200_000;
    println!("\n| while keys are evicted | 1 thread | 2 threads | 4 threads |\n|---|---|---|---|");
    let calls: [Call; 2] = [|key| crowded(key).unwrap_or(0), |key| super::block_on(crowded_async(key)).unwrap_or(0)];
    let successes = || crowded_family().totals().successes + crowded_async_family().totals().successes;
    let mut new = 0;
    for (name, call) in ["sync", "async"].into_iter().zip(calls) {
        for count in [1, 100] {
            let keys = keys(count);
            let times = [1, 2, 4].map(|threads| {
                let before = successes();
                let nanos: f64 = thread::scope(|scope| {
                    let workers: Vec<_> = (0..threads)
                        .map(|_| {
                            new += CALLS;
                            let (keys, new) = (&keys, new);
                            scope.spawn(move || {
                                let start = thread_nanos();
                                for number in 0..CALLS {
                                    match number % 100 {
                                        99 => call(&format!("new-{}", new + number)),
                                        _ => call(&keys[number as usize % keys.len()]),
                                    };
                                }
                                thread_nanos() - start
                            })
                        })
                        .collect();
                    workers.into_iter().map(|worker| worker.join().unwrap()).sum()
                });
                // Each result once, whichever breaker it went to.
                assert_eq!(successes() - before, threads * CALLS);
                nanos / (threads * CALLS) as f64
            });
            println!("| {name}, {count} keys | {:.1} | {:.1} | {:.1} |", times[0], times[1], times[2]);
        }
    }
}
