//! Families of many keys.

use std::{hint::black_box, io};

use breaker_runtime::{CircuitBreaker, Config, circuit_breaker, registry};

use super::{middle, remote, thread_nanos};

/// New keys come all the time, and push others out.
#[circuit_breaker(key = key, max_keys = 10_000, recovery_timeout = "1h", handle = evicting_family)]
#[inline(never)]
fn evicting(key: &str) -> io::Result<u64> {
    remote(key)
}

fn milliseconds(f: &mut dyn FnMut()) -> f64 {
    let start = thread_nanos();
    f();
    (thread_nanos() - start) / 1e6
}

/// Before all others: a report of health is of all families.
pub(super) fn print_figures() {
    let large = registry().get_or_create_family("large", Config::default(), 100_000);
    for number in 0..100_000 {
        let breaker = large.get(format_args!("host-{number:06}.example.com"));
        let _ = breaker.call(|| if number % 100 == 0 { Err(()) } else { Ok(()) });
    }
    let repeated = |f: &mut dyn FnMut()| middle((0..11).map(|_| milliseconds(f)).collect()).0;
    let totals = repeated(&mut || {
        black_box(large.totals());
    });
    let health = repeated(&mut || drop(black_box(registry().health())));
    println!("100,000 keys: `totals()` {totals:.1} ms, `health()` {health:.1} ms");

    const CALLS: u32 = 10_000_000;
    let config = Config::builder().failure_rate(1.0).window(CALLS).build().unwrap();
    let failures = (0..11).map(|_| {
        let breaker = CircuitBreaker::new("window", config.clone());
        (0..CALLS).for_each(|_| breaker.try_acquire().unwrap().success());
        milliseconds(&mut || breaker.try_acquire().unwrap().failure())
    });
    let failure = middle(failures.collect()).0;
    println!("a failure after 10,000,000 successes in a window of as many calls: {failure:.3} ms\n");
}

/// Writes the key of a number.
type Write = fn(u64, &mut String);

/// Keys that differ at their end only.
fn one_prefix(number: u64, key: &mut String) {
    key.push_str("tenant/with/one/long/prefix/");
    key.push_str(&number.to_string());
}

/// Keys that a hash which multiplies by 31 cannot tell apart, nor one that adds up: `Aa` and `BB` are the same to it.
fn colliding(number: u64, key: &mut String) {
    (0..20).for_each(|bit| key.push_str(if number >> bit & 1 == 0 { "Aa" } else { "BB" }));
}

/// The memory of the process that is resident, in MB.
fn resident() -> f64 {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    pages.split(' ').nth(1).and_then(|pages| pages.parse().ok()).map_or(f64::NAN, |pages: f64| pages * 4096.0 / 1e6)
}

pub(super) fn print_flood() {
    const KEYS: u64 = 1_000_000;
    println!("\n| a million new keys through `max_keys = 10_000` | ns a call | memory |\n|---|---|---|");
    let mut key = String::new();
    let floods: [Write; 2] = [one_prefix, colliding];
    for (flood, (name, write)) in (1..).zip(["of one prefix", "colliding"].into_iter().zip(floods)) {
        let before = resident();
        let took = milliseconds(&mut || {
            for number in 0..KEYS {
                key.clear();
                write(number, &mut key);
                let _ = black_box(evicting(&key));
            }
        });
        assert_eq!(evicting_family().totals().successes, flood * KEYS);
        println!("| {name} | {:.0} | {:+.1} MB |", took * 1e6 / KEYS as f64, resident() - before);
    }
}
