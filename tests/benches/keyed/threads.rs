//! Threads that share a key, beside threads that each have a family of their own.

use std::io;

use breaker_runtime::circuit_breaker;

use super::{Call, keys, middle, remote, shuffled, together};

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
