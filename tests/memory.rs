//! What calls cost in memory: after the first use, nothing.

use std::{
    future::Future,
    hint::black_box,
    pin::pin,
    sync::Barrier,
    task::{Context, Poll, Waker},
    thread,
    time::Duration,
};

use allocation_counter::{AllocationInfo, measure};
use breaker_runtime::{
    CircuitBreaker, CircuitBreakerFamily, Config, ConfigBuilder, State, circuit_breaker, testing::ManualClock,
};

fn breaker(config: ConfigBuilder) -> (CircuitBreaker, ManualClock) {
    let clock = ManualClock::new();
    (CircuitBreaker::with_clock("memory", config.build().unwrap(), clock.clone()), clock)
}

fn every_mode() -> [ConfigBuilder; 4] {
    let rate = || Config::builder().failure_rate(0.5);
    [
        Config::builder(),
        rate().window(100),
        rate().window(Duration::from_secs(10)),
        rate().slow_call_duration(Duration::from_secs(1)),
    ]
}

fn none(info: &AllocationInfo) {
    assert_eq!(info.count_total, 0, "{info:?}");
}

#[test]
fn no_admitted_or_rejected_call_allocates() {
    for config in every_mode() {
        let (breaker, clock) = breaker(config.recovery_timeout(Duration::from_secs(60)));
        let round = || {
            for call in 0..100 {
                let _ = black_box(breaker.call(|| if call % 10 == 9 { Err(()) } else { Ok(()) }));
                drop(breaker.try_acquire());
                breaker.try_acquire().unwrap().ignore();
                clock.advance(Duration::from_millis(10));
            }
            breaker.trip();
            for _ in 0..100 {
                let _ = black_box(breaker.call(|| Ok::<_, ()>(())));
            }
            clock.advance(Duration::from_secs(60));
            while breaker.state() != State::Closed {
                let _ = black_box(breaker.call(|| Ok::<_, ()>(())));
            }
        };
        round();
        none(&measure(round));
    }
}

#[circuit_breaker(name = "memory-sync", failure_threshold = 1000, fallback = |_| Ok(0))]
fn sync(fails: bool) -> Result<u64, String> {
    if fails { Err(String::new()) } else { Ok(1) }
}

#[circuit_breaker(name = "memory-async", failure_threshold = 1000, fallback = |_| Ok(0))]
async fn asynchronous(fails: bool) -> Result<u64, String> {
    std::future::ready(()).await;
    if fails { Err(String::new()) } else { Ok(1) }
}

fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it waits for nothing"),
    }
}

#[test]
fn no_call_of_an_annotated_function_allocates() {
    let round = || {
        for fails in [false, true] {
            assert_eq!(sync(fails), Ok(u64::from(!fails)));
            assert_eq!(now(asynchronous(fails)), Ok(u64::from(!fails)));
        }
    };
    round();
    none(&measure(round));
    for name in ["memory-sync", "memory-async"] {
        breaker_runtime::registry().get(name).unwrap().force_open();
    }
    none(&measure(|| assert_eq!((sync(false), now(asynchronous(false))), (Ok(0), Ok(0)))));
}

#[circuit_breaker(name = "memory-keyed", key = host)]
fn keyed(host: &str) -> std::io::Result<usize> {
    Ok(host.len())
}

#[circuit_breaker(name = "memory-keyed-async", key = host)]
async fn keyed_asynchronous(host: &str) -> std::io::Result<usize> {
    std::future::ready(()).await;
    Ok(host.len())
}

#[test]
fn no_call_allocates_whose_key_its_thread_has_used() {
    let hosts = ["a.example", "a-host-with-a-name-of-more-than-thirty-letters.example"];
    let round = || {
        for host in hosts {
            assert_eq!((keyed(host).unwrap(), now(keyed_asynchronous(host)).unwrap()), (host.len(), host.len()));
        }
    };
    // The thread's cache keeps a key from its second use on, and what a future gives back from its third.
    (0..3).for_each(|_| round());
    none(&measure(round));
}

#[test]
fn defect_18_the_record_of_outcomes_does_not_grow() {
    for config in every_mode() {
        let (breaker, clock) = breaker(config.failure_threshold(u32::MAX).min_calls(100));
        // A thread's first call on a breaker makes its counters.
        drop(breaker.try_acquire());
        let info = measure(|| {
            for call in 0..200_000 {
                let _ = breaker.call(|| if call % 3 == 0 { Err(()) } else { Ok(()) });
                clock.advance(Duration::from_millis(1));
            }
        });
        none(&info);
        assert_eq!(breaker.state(), State::Closed);
    }
}

#[test]
fn defect_19_transitions_leak_nothing() {
    for config in every_mode() {
        let (breaker, clock) = breaker(config.recovery_timeout(Duration::from_secs(1)));
        breaker.on_transition(|t| assert_eq!(t.name, "memory"));
        let cycle = || {
            breaker.trip();
            clock.advance(Duration::from_secs(1));
            while breaker.state() != State::Closed {
                let _ = breaker.call(|| Ok::<_, ()>(()));
            }
        };
        cycle();
        let info = measure(|| (0..1000).for_each(|_| cycle()));
        assert_eq!(info.bytes_current, 0, "{info:?}");
        assert_eq!(breaker.snapshot().times_opened, 1001);
    }
}

/// `cargo test -p breaker-tests --test memory -- --nocapture sizes` shows the figures.
#[test]
fn sizes_of_a_breaker() {
    for (mode, config) in ["consecutive", "count window", "time window", "slow calls"].into_iter().zip(every_mode()) {
        let config = config.build().unwrap();
        let mut kept = None;
        let idle = measure(|| kept = Some(CircuitBreaker::new("memory", config)));
        let breaker = kept.unwrap();
        let call = measure(|| drop(breaker.try_acquire()));
        let (size, idle, call) = (size_of::<CircuitBreaker>(), idle.bytes_current, call.bytes_current);
        println!("{mode}: {size} bytes, {idle} on the heap, and {call} for each thread that calls");
        assert!(size as i64 + idle + call <= 2048);
    }
}

/// What a key takes that no call is in flight of, after these many threads have called it at once.
fn size_of_a_key(threads: usize, call: impl Fn(&str) + Sync, family: &CircuitBreakerFamily) -> i64 {
    const KEYS: usize = 64;
    let keys: Vec<_> = (0..KEYS).map(|key| format!("host-{key:04}.example.com")).collect();
    let (begin, end) = (Barrier::new(threads), Barrier::new(threads));
    let by_thread: i64 = thread::scope(|scope| {
        let callers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    begin.wait();
                    let made = measure(|| keys.iter().for_each(|key| call(key)));
                    end.wait();
                    made.bytes_current
                })
            })
            .collect();
        callers.into_iter().map(|caller| caller.join().unwrap()).sum()
    });
    assert_eq!(family.len(), KEYS);
    by_thread / KEYS as i64
}

#[test]
fn fault_37_a_key_stays_small_however_many_threads_called_it() {
    for config in every_mode() {
        let family = CircuitBreakerFamily::new("memory-keys", config.build().unwrap());
        let call = |key: &str| {
            let _ = family.get(key).call(|| Ok::<_, ()>(()));
        };
        // The first, then all at once: each has a slot of its own as long as there are some.
        let one = size_of_a_key(1, call, &family);
        let more = size_of_a_key(48, call, &family);
        println!("a key takes {one} bytes, and {more} more after 48 threads called it");
        assert!(one + more <= 2048, "{one} + {more}");
        assert_eq!(family.totals().successes, 64 * 49);
    }
}

/// By the permit and the verdict's way, and by the arguments, which go into the body's own future.
#[test]
fn sizes_of_a_future() {
    async fn remote<T>(_argument: T) -> Result<u64, String> {
        std::future::ready(()).await;
        Ok(1)
    }
    macro_rules! growth {
        ($argument:ty) => {{
            async fn plain(argument: $argument) -> Result<u64, String> {
                remote(argument).await
            }
            #[circuit_breaker(fallback = |_| Ok(0), fallback_on = rejected)]
            async fn rejected(argument: $argument) -> Result<u64, String> {
                remote(argument).await
            }
            #[circuit_breaker(fallback = |_| Ok(0))]
            async fn any(argument: $argument) -> Result<u64, String> {
                remote(argument).await
            }
            let plain = size_of_val(&plain(<$argument>::default()));
            let guarded = [size_of_val(&rejected(<$argument>::default())), size_of_val(&any(<$argument>::default()))];
            let name = stringify!($argument);
            println!("{name}: {plain} bytes, guarded {guarded:?}");
            guarded.map(|guarded| guarded - plain - size_of::<$argument>())
        }};
    }
    for growth in [growth!(()), growth!(u64), growth!(String), growth!([u64; 16])] {
        println!("grows by {growth:?} and the argument");
        assert!(growth.into_iter().max() <= Some(64));
    }
}
