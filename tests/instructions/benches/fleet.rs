//! A guarded call with a fleet and without one: it takes the same instructions, in every state, whether the engine answers or
//! not.

#![expect(missing_docs, reason = "of what the harness writes")]

use std::{hint::black_box, sync::OnceLock, thread, time::Duration};

use breaker_instructions::{CALLS, at_most};
use breaker_runtime::{
    CircuitBreaker, Config,
    fleet::{Change, Changed, Engine, EngineError, Fleet, MemoryEngine, News, Poll, Polled},
    registry,
};
use gungraun::prelude::*;

const HOUR: Duration = Duration::from_secs(3600);

/// What was counted for a call of a breaker in the registry, the bare call included. Without a fleet, with one, and with one
/// whose engine is frozen it was the very same number. All have one budget, with a tenth for what the compiler makes of it.
const SUCCESS: u64 = 47;
const FAILURE: u64 = 236;
const REJECTED: u64 = 167;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Sharing {
    Alone,
    Shared,
    /// The engine does not answer.
    Frozen,
}

/// Blocks for ever, as an engine must not.
struct Blocks;

impl Engine for Blocks {
    fn connect(&mut self, _: News) -> Result<(), EngineError> {
        Ok(())
    }

    fn poll(&mut self, _: &Poll) -> Result<Polled, EngineError> {
        thread::sleep(HOUR);
        Err(EngineError::TimedOut)
    }

    fn change(&mut self, _: &Change) -> Result<Changed, EngineError> {
        thread::sleep(HOUR);
        Err(EngineError::TimedOut)
    }

    fn leave(&mut self, _: &str) -> Result<(), EngineError> {
        Ok(())
    }

    fn disconnect(&mut self) {}
}

#[inline(never)]
fn bare(up: bool) -> Result<u64, ()> {
    if black_box(up) { Ok(black_box(7)) } else { Err(()) }
}

#[derive(Clone, Copy)]
enum Circuit {
    Succeeds,
    Fails,
    Open,
}

/// A breaker that has been called, with or without a fleet that has had time for it.
fn that(sharing: Sharing, circuit: Circuit) -> (&'static CircuitBreaker, bool) {
    static FLEET: OnceLock<Fleet> = OnceLock::new();
    let config = Config::builder().failure_threshold(u32::MAX).recovery_timeout(HOUR).build().unwrap();
    let breaker = registry().get_or_create("counted", config);
    let up = !matches!(circuit, Circuit::Fails);
    let _ = breaker.call(|| bare(up));
    if sharing != Sharing::Alone {
        let builder = match sharing {
            Sharing::Frozen => Fleet::with_engine(Blocks),
            _ => Fleet::with_engine(MemoryEngine::new()),
        };
        FLEET.get_or_init(|| builder.namespace("counted").poll(HOUR).start().unwrap());
        thread::sleep(Duration::from_millis(400));
    }
    if matches!(circuit, Circuit::Open) {
        breaker.trip();
        thread::sleep(Duration::from_millis(200));
    }
    let _ = breaker.call(|| bare(up));
    (breaker, up)
}

#[library_benchmark]
#[bench::success_alone(args = (Sharing::Alone, Circuit::Succeeds), setup = that, config = at_most(0, SUCCESS))]
#[bench::success_shared(args = (Sharing::Shared, Circuit::Succeeds), setup = that, config = at_most(0, SUCCESS))]
#[bench::success_frozen(args = (Sharing::Frozen, Circuit::Succeeds), setup = that, config = at_most(0, SUCCESS))]
#[bench::failure_alone(args = (Sharing::Alone, Circuit::Fails), setup = that, config = at_most(0, FAILURE))]
#[bench::failure_shared(args = (Sharing::Shared, Circuit::Fails), setup = that, config = at_most(0, FAILURE))]
#[bench::failure_frozen(args = (Sharing::Frozen, Circuit::Fails), setup = that, config = at_most(0, FAILURE))]
#[bench::rejected_alone(args = (Sharing::Alone, Circuit::Open), setup = that, config = at_most(0, REJECTED))]
#[bench::rejected_shared(args = (Sharing::Shared, Circuit::Open), setup = that, config = at_most(0, REJECTED))]
#[bench::rejected_frozen(args = (Sharing::Frozen, Circuit::Open), setup = that, config = at_most(0, REJECTED))]
fn fleet_call((breaker, up): (&'static CircuitBreaker, bool)) {
    for _ in 0..CALLS {
        let _ = black_box(breaker.call(|| bare(up)));
    }
}

library_benchmark_group!(name = fleet_calls, benchmarks = [fleet_call]);
main!(library_benchmark_groups = fleet_calls);
