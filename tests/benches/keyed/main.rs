//! What a call costs whose breaker is chosen by a key, beside what maps and crates with keys cost:
//! `cargo bench -p breaker-tests --bench keyed`. Prints tables; takes about a minute.
//!
//! A machine's speed drifts while this runs, and others may use it. So what counts is the time of the thread itself, rounds
//! are short, those that are compared come one right after the other, and ratios are taken within a round: shown are their
//! median and the bounds of the middle half.

use std::{
    hint::black_box,
    io,
    pin::pin,
    sync::{Barrier, LazyLock},
    task::{Context, Poll, Waker},
    thread,
    time::Instant,
};

use breaker_runtime::{CircuitBreakerFamily, circuit_breaker, registry};
use rustix::time::{ClockId, clock_gettime};

mod large;
mod peers;
mod threads;

/// A call of the key's dependency, whatever guards it.
type Call = fn(&str) -> u64;

/// The key counts as a letter of its own in the work, so that it is used.
#[inline(never)]
fn remote(key: &str) -> io::Result<u64> {
    Ok(black_box(key.len() as u64))
}

#[circuit_breaker(name = "sync", key = key, max_keys = 20_000, recovery_timeout = "1h")]
#[inline(never)]
fn sync(key: &str) -> io::Result<u64> {
    remote(key)
}

#[circuit_breaker(name = "async", key = key, max_keys = 20_000, recovery_timeout = "1h")]
#[inline(never)]
async fn asynchronous(key: &str) -> io::Result<u64> {
    remote(key)
}

#[circuit_breaker(name = "single", recovery_timeout = "1h")]
#[inline(never)]
fn single(key: &str) -> io::Result<u64> {
    remote(key)
}

#[circuit_breaker(name = "single-async", recovery_timeout = "1h")]
#[inline(never)]
async fn single_async(key: &str) -> io::Result<u64> {
    remote(key)
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return value;
        }
    }
}

fn family() -> &'static CircuitBreakerFamily {
    static FAMILY: LazyLock<&'static CircuitBreakerFamily> =
        LazyLock::new(|| registry().get_or_create_family("get", breaker_runtime::Config::default(), 20_000));
    &FAMILY
}

/// What is measured, the one that the others are compared with first.
fn contenders(count: usize) -> [(&'static str, Call); 8] {
    let (papaya, dashmap): (Call, Call) = match count {
        1 => (peers::papaya_1, peers::dashmap_1),
        100 => (peers::papaya_100, peers::dashmap_100),
        _ => (peers::papaya_10_000, peers::dashmap_10_000),
    };
    [
        ("papaya, a get", papaya),
        ("dashmap, a get", dashmap),
        ("bare call", |key| remote(key).unwrap_or(0)),
        ("ours without a key", |key| single(key).unwrap_or(0)),
        ("ours without a key, async", |key| block_on(single_async(key)).unwrap_or(0)),
        ("ours with a key", |key| sync(key).unwrap_or(0)),
        ("ours with a key, async", |key| block_on(asynchronous(key)).unwrap_or(0)),
        ("ours, `family.get(key).call`", |key| family().get(key).call(|| remote(key)).unwrap_or(0)),
    ]
}

/// A key as a client of many hosts has it.
fn keys(count: usize) -> Vec<String> {
    (0..count).map(|key| format!("host-{key:05}.example.com")).collect()
}

/// Keys in an order that no prefetcher learns.
fn shuffled(count: usize) -> Vec<usize> {
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let order = (0..count.max(4096)).map(|_| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random >> 20) as usize % count
    });
    order.collect()
}

/// Nanoseconds a call, over one walk through the order: those of the thread, without what others had of its processor.
fn time(call: Call, keys: &[String], order: &[usize]) -> f64 {
    let start = thread_nanos();
    for &key in order {
        black_box(call(black_box(&keys[key])));
    }
    (thread_nanos() - start) / order.len() as f64
}

#[expect(clippy::disallowed_methods, reason = "this measures real time")]
fn thread_nanos() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}

#[expect(clippy::disallowed_methods, reason = "this measures real time")]
fn now() -> Instant {
    Instant::now()
}

/// The median, and the bounds of the middle half.
fn middle(mut values: Vec<f64>) -> (f64, f64, f64) {
    values.sort_by(f64::total_cmp);
    let at = |share: usize| values[(values.len() - 1) * share / 4];
    (at(2), at(1), at(3))
}

fn show(name: &str, times: Vec<f64>, ratios: Vec<f64>) {
    let (time, ..) = middle(times);
    let (ratio, low, high) = middle(ratios);
    println!("| {name} | {ratio:.2} ({low:.2} to {high:.2}) | {time:.1} |");
}

fn lookups(count: usize) {
    const ROUNDS: usize = 41;
    let (keys, order) = (keys(count), shuffled(count));
    let calls = contenders(count);
    for (_, call) in calls {
        // The breakers are made, and what a thread keeps.
        keys.iter().for_each(|key| assert_eq!(call(key), key.len() as u64));
        (0..4).for_each(|_| {
            time(call, &keys, &order);
        });
    }
    let mut times = vec![Vec::new(); calls.len()];
    for _ in 0..ROUNDS {
        for (place, (_, call)) in calls.iter().enumerate() {
            times[place].push(time(*call, &keys, &order));
        }
    }
    println!("\n| {count} keys, 1 thread | times a `papaya` get (middle half) | ns a call |\n|---|---|---|");
    for (place, (name, _)) in calls.iter().enumerate() {
        let ratios = times[place].iter().zip(&times[0]).map(|(time, first)| time / first).collect();
        show(name, times[place].clone(), ratios);
    }
}

/// The mean time a call of threads that do the same at once; `None` if they did not run at once, because others had a
/// processor meanwhile.
fn together<const N: usize>(calls: [Call; N], keys: &[String], order: &[usize]) -> Option<f64> {
    let barrier = Barrier::new(N);
    let times: Vec<Option<f64>> = thread::scope(|scope| {
        let workers = calls.map(|call| {
            let barrier = &barrier;
            scope.spawn(move || {
                time(call, keys, order);
                barrier.wait();
                let start = now();
                let nanos = (0..4).map(|_| time(call, keys, order)).sum::<f64>() / 4.0;
                let wall = start.elapsed().as_nanos() as f64 / (4 * order.len()) as f64;
                (nanos > 0.9 * wall).then_some(nanos)
            })
        });
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    });
    times.into_iter().sum::<Option<f64>>().map(|sum| sum / N as f64)
}

fn main() {
    large::print_figures();
    for count in [1, 100, 10_000] {
        lookups(count);
    }
    threads::print();
    threads::print_with_eviction();
    large::print_flood();
}
