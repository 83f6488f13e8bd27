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

pub(super) fn print_flood() {
    const KEYS: u64 = 1_000_000;
    let mut key = String::new();
    let took = milliseconds(&mut || {
        for number in 0..KEYS {
            key.clear();
            key.push_str("tenant/with/one/long/prefix/");
            key.push_str(&number.to_string());
            let _ = black_box(evicting(&key));
        }
    });
    assert_eq!(evicting_family().totals().successes, KEYS);
    println!("\na million new keys through `max_keys = 10_000`: {:.0} ns each", took * 1e6 / KEYS as f64);
}
