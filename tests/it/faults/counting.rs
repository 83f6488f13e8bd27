//! What a metrics-only breaker reports.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use breaker_runtime::{CircuitBreaker, Config, ConfigBuilder, Reason, testing::ManualClock};

/// The crossings that are reported of so many rounds, each of so many failures and then so many successes.
fn reported(config: ConfigBuilder, rounds: u32, failures: u32, successes: u32, each_takes: Duration) -> u32 {
    let clock = ManualClock::new();
    let breaker = CircuitBreaker::with_clock("crossings", config.build().unwrap(), clock.clone());
    let count = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&count);
    breaker.metrics_only();
    breaker.on_transition(move |t| {
        assert_eq!(t.reason, Reason::WouldOpen);
        counter.fetch_add(1, Relaxed);
    });
    for _ in 0..rounds {
        for place in 0..failures + successes {
            clock.advance(each_takes);
            let _ = breaker.call(|| if place < failures { Err(()) } else { Ok(()) });
        }
    }
    count.load(Relaxed)
}

#[test]
fn fault_17_each_crossing_is_reported_and_reported_once() {
    let tenth_of_ten = Config::builder().failure_rate(0.1).window(10).min_calls(1);
    assert_eq!(reported(tenth_of_ten, 3, 1, 15, Duration::ZERO), 3);
    let hundredth = Config::builder().failure_rate(0.01).window(100).min_calls(10);
    // In the first round the window holds fewer calls than are judged.
    assert_eq!(reported(hundredth, 21, 1, 120, Duration::ZERO), 20);
    let half_of_ten_seconds = Config::builder().failure_rate(0.5).window(Duration::from_secs(10)).min_calls(4);
    assert_eq!(reported(half_of_ten_seconds, 20, 12, 40, Duration::from_millis(500)), 20);
    let alone = Config::builder().failure_threshold(1);
    assert_eq!(reported(alone, 5, 1, 1, Duration::ZERO), 5);
    let in_a_row = Config::builder().failure_threshold(2);
    assert_eq!(reported(in_a_row, 5, 4, 1, Duration::ZERO), 5);
}
