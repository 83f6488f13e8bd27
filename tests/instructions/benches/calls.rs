//! A guarded call of each kind.
//!
//! The budgets are what was counted with the Rust version that `.ci/instructions` names, in instructions that a guarded
//! call takes over the bare one. Under valgrind the kernel's clocks are system calls, and only what is around them counts.

#![expect(missing_docs, reason = "of what the harness writes")]

use std::{
    hint::black_box,
    pin::pin,
    task::{Context, Waker},
    time::Duration,
};

use breaker_instructions::{CALLS, at_most};
use breaker_runtime::{CircuitBreaker, CircuitOpen, Config, ConfigBuilder, circuit_breaker};
use gungraun::prelude::*;

const HOUR: Duration = Duration::from_secs(3600);

enum Error {
    Down,
    Rejected,
}

impl From<CircuitOpen> for Error {
    fn from(_: CircuitOpen) -> Self {
        Self::Rejected
    }
}

#[inline(never)]
fn bare(up: bool) -> Result<u64, Error> {
    if black_box(up) { Ok(black_box(7)) } else { Err(Error::Down) }
}

#[circuit_breaker(failure_threshold = 4_000_000_000, recovery_timeout = "1h", handle = attribute_breaker)]
#[inline(never)]
fn attribute(up: bool) -> Result<u64, Error> {
    if black_box(up) { Ok(black_box(7)) } else { Err(Error::Down) }
}

#[inline(never)]
async fn bare_async(up: bool) -> Result<u64, Error> {
    if black_box(up) { Ok(black_box(7)) } else { Err(Error::Down) }
}

#[circuit_breaker(failure_threshold = 4_000_000_000, recovery_timeout = "1h", handle = async_breaker)]
#[inline(never)]
async fn attribute_async(up: bool) -> Result<u64, Error> {
    if black_box(up) { Ok(black_box(7)) } else { Err(Error::Down) }
}

#[circuit_breaker(failure_threshold = 4_000_000_000, recovery_timeout = "1h", key = key)]
#[inline(never)]
fn keyed(key: &str, up: bool) -> Result<u64, Error> {
    let _ = key;
    if black_box(up) { Ok(black_box(7)) } else { Err(Error::Down) }
}

#[circuit_breaker(failure_threshold = 4_000_000_000, recovery_timeout = "1h", key = key)]
#[inline(never)]
async fn keyed_async(key: &str, up: bool) -> Result<u64, Error> {
    let _ = key;
    if black_box(up) { Ok(black_box(7)) } else { Err(Error::Down) }
}

const KEY: &str = "host-0001.example.com";

fn poll<T>(future: impl Future<Output = T>) -> bool {
    black_box(pin!(future).poll(&mut Context::from_waker(Waker::noop()))).is_ready()
}

/// The loop and the bare call.
const BARE: u64 = 19;
const BARE_ASYNC: u64 = 20;
/// A failure in a window of a million calls, a million successes after the last look at it.
const FOLD: u64 = 500_700;

/// Once before it is counted: the breaker is made at the first call, and so is what a thread needs.
fn attribute_that(is_open: bool, up: bool) -> bool {
    let _ = black_box(attribute(up));
    if is_open {
        attribute_breaker().trip();
    }
    let _ = black_box(attribute(up));
    up
}

fn async_that(is_open: bool, up: bool) -> bool {
    poll(attribute_async(up));
    if is_open {
        async_breaker().trip();
    }
    poll(attribute_async(up));
    up
}

fn keyed_that(up: bool) -> bool {
    for _ in 0..3 {
        let _ = black_box(keyed(KEY, up));
        poll(keyed_async(KEY, up));
    }
    up
}

fn consecutive() -> ConfigBuilder {
    Config::builder().failure_threshold(u32::MAX).recovery_timeout(HOUR)
}

fn rate() -> ConfigBuilder {
    Config::builder().failure_rate(1.0).recovery_timeout(HOUR)
}

fn breaker_that(config: ConfigBuilder, up: bool) -> (CircuitBreaker, bool) {
    let breaker = CircuitBreaker::new("counted", config.build().unwrap());
    // A success that a full rate needs to stay below.
    let _ = breaker.call(|| bare(true));
    let _ = breaker.call(|| bare(up));
    (breaker, up)
}

#[library_benchmark]
#[bench::success(args = (true), config = at_most(BARE, 1))]
fn bare_call(up: bool) {
    for _ in 0..CALLS {
        let _ = black_box(bare(up));
    }
}

#[library_benchmark]
#[bench::success(args = (false, true), setup = attribute_that, config = at_most(BARE, 27))]
#[bench::failure(args = (false, false), setup = attribute_that, config = at_most(BARE, 225))]
#[bench::rejected(args = (true, true), setup = attribute_that, config = at_most(BARE, 172))]
fn attribute_call(up: bool) {
    for _ in 0..CALLS {
        let _ = black_box(attribute(up));
    }
}

#[library_benchmark]
#[bench::success(args = (true), config = at_most(BARE_ASYNC, 1))]
fn bare_async_call(up: bool) {
    for _ in 0..CALLS {
        poll(bare_async(up));
    }
}

#[library_benchmark]
#[bench::success(args = (false, true), setup = async_that, config = at_most(BARE_ASYNC, 87))]
#[bench::failure(args = (false, false), setup = async_that, config = at_most(BARE_ASYNC, 285))]
#[bench::rejected(args = (true, true), setup = async_that, config = at_most(BARE_ASYNC, 208))]
fn attribute_async_call(up: bool) {
    for _ in 0..CALLS {
        poll(attribute_async(up));
    }
}

#[library_benchmark]
#[bench::success(args = (consecutive(), true), setup = breaker_that, config = at_most(BARE, 42))]
#[bench::failure(args = (consecutive(), false), setup = breaker_that, config = at_most(BARE, 232))]
#[bench::count_window_success(args = (rate().window(100), true), setup = breaker_that, config = at_most(BARE, 123))]
#[bench::count_window_failure(args = (rate().window(1_000), false), setup = breaker_that, config = at_most(BARE, 485))]
#[bench::time_window_success(args = (rate().window(HOUR), true), setup = breaker_that, config = at_most(BARE, 176))]
#[bench::time_window_failure(args = (rate().window(HOUR), false), setup = breaker_that, config = at_most(BARE, 594))]
#[bench::slow_success(args = (rate().slow_call_duration(HOUR), true), setup = breaker_that, config = at_most(BARE, 248))]
fn call((breaker, up): (CircuitBreaker, bool)) -> CircuitBreaker {
    for _ in 0..CALLS {
        let _ = black_box(breaker.call(|| bare(up)));
    }
    breaker
}

const MILLION: u32 = 1_000_000;

/// A window of a million calls, and as many successes that wait to be taken into it.
fn full_window() -> CircuitBreaker {
    let (breaker, _) = breaker_that(rate().window(MILLION), false);
    for _ in 0..MILLION {
        let _ = breaker.call(|| bare(true));
    }
    breaker
}

// The failure takes in the successes before it, a machine word of the ring at a time. One by one they would take some
// instructions for each of the million.
#[library_benchmark]
#[bench::failure(setup = full_window, config = at_most(0, FOLD / CALLS))]
fn fold(breaker: CircuitBreaker) -> CircuitBreaker {
    let _ = black_box(breaker.call(|| bare(false)));
    breaker
}

#[library_benchmark]
#[bench::success(args = (true), setup = keyed_that, config = at_most(BARE, 189))]
fn keyed_call(up: bool) {
    for _ in 0..CALLS {
        let _ = black_box(keyed(black_box(KEY), up));
    }
}

#[library_benchmark]
#[bench::success(args = (true), setup = keyed_that, config = at_most(BARE_ASYNC, 361))]
fn keyed_async_call(up: bool) {
    for _ in 0..CALLS {
        poll(keyed_async(black_box(KEY), up));
    }
}

library_benchmark_group!(
    name = calls,
    benchmarks =
        [bare_call, attribute_call, bare_async_call, attribute_async_call, call, fold, keyed_call, keyed_async_call]
);
main!(library_benchmark_groups = calls);
