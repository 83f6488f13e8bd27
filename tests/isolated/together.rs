//! Many tests at once that share annotated functions.

use std::{io, sync::Barrier, thread, time::Duration};

use breaker_runtime::{
    State, circuit_breaker, registry,
    settings::{Mode, Settings},
    testing::isolated,
};

const ROUNDS: usize = 500;
const TESTS: usize = 16;

#[circuit_breaker(name = "together", failure_threshold = 3, recovery_timeout = "30s", handle = named_breaker)]
fn named(up: bool) -> io::Result<u32> {
    if up { Ok(1) } else { Err(io::ErrorKind::ConnectionRefused.into()) }
}

#[circuit_breaker(
    failure_threshold = 3, recovery_timeout = "30s", half_open_max_calls = 1, success_threshold = 1,
    cache(key = id, ttl = "1h"), fallback = |_| Ok(0), handle = unnamed_breaker
)]
fn unnamed(id: usize, up: bool) -> io::Result<usize> {
    if up { Ok(id + 1) } else { Err(io::ErrorKind::ConnectionRefused.into()) }
}

#[circuit_breaker(name = "together-hosts", key = host, failure_threshold = 1, handle = hosts)]
fn keyed(host: &str, up: bool) -> io::Result<u32> {
    if up { Ok(1) } else { Err(io::ErrorKind::ConnectionRefused.into()) }
}

/// What a test of a user's might do, with figures that follow from its number.
fn test(number: usize) {
    let scope = isolated();
    let heard = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = std::sync::Arc::clone(&heard);
    registry().on_transition(move |_| {
        count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    });
    let failures = number % 5;
    for _ in 0..failures {
        let _ = named(false);
    }
    let open = failures >= 3;
    assert_eq!(named_breaker().state(), if open { State::Open } else { State::Closed });
    assert_eq!(named_breaker().snapshot().failures, failures.min(3) as u64);

    assert_eq!(unnamed(number, true).unwrap(), number + 1);
    for _ in 0..3 {
        assert_eq!(unnamed(number, false).unwrap(), number + 1, "from this test's cache");
        assert_eq!(unnamed(number + 1, false).unwrap(), 0);
    }
    assert_eq!(unnamed_breaker().state(), State::Open);
    scope.clock().advance(Duration::from_secs(29));
    assert_eq!(unnamed_breaker().state(), State::Open);
    scope.clock().advance(Duration::from_secs(1));
    assert_eq!(unnamed(number, true).unwrap(), number + 1);
    assert_eq!(unnamed_breaker().state(), State::Closed);

    let _ = keyed("down", false);
    keyed("up", true).unwrap();
    assert_eq!((hosts().len(), hosts().get("down").state()), (2, State::Open));

    let mode = [Mode::Normal, Mode::Disabled, Mode::MetricsOnly, Mode::ForcedOpen][number % 4];
    Settings::new().set("together", mode).install().unwrap();
    let forced = [named_breaker().state(), State::Disabled, State::MetricsOnly, State::ForcedOpen][number % 4];
    assert_eq!(named_breaker().state(), forced);

    assert_eq!(registry().iter().count(), 2);
    let transitions = registry().recent().len();
    assert_eq!(heard.load(std::sync::atomic::Ordering::SeqCst), transitions);
    // Of `unnamed` three; of `hosts` one; of `named` by its failures and its mode, and it is half-open to a control.
    let of_named = usize::from(open) + usize::from(open && mode != Mode::Normal) + usize::from(mode != Mode::Normal);
    assert_eq!(transitions, 4 + of_named, "{number}");
    assert_eq!(registry().conflicts(), []);
}

#[test]
fn five_hundred_rounds_of_sixteen_tests_at_once_disturb_none() {
    let start = Barrier::new(TESTS);
    thread::scope(|threads| {
        let tests: Vec<_> = (0..TESTS)
            .map(|number| {
                let start = &start;
                threads.spawn(move || {
                    for round in 0..ROUNDS {
                        start.wait();
                        test(number + round);
                    }
                })
            })
            .collect();
        tests.into_iter().for_each(|test| test.join().unwrap());
    });
    assert_eq!(registry().iter().filter(|breaker| breaker.name().starts_with("together")).count(), 0);
}
