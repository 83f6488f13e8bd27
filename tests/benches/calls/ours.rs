//! Our attribute and our `call`, in each mode.

use std::{sync::Arc, time::Duration};

use breaker_runtime::{CallError, CircuitBreaker, Config, ConfigBuilder, circuit_breaker};
use criterion::Criterion;

use super::{Contender, Down, Got, block_on, remote};

const HOUR: Duration = Duration::from_secs(3600);

#[derive(Debug)]
enum Refusable {
    Failed,
    Open,
}

impl From<Down> for Refusable {
    fn from(_: Down) -> Self {
        Self::Failed
    }
}

impl From<breaker_runtime::CircuitOpen> for Refusable {
    fn from(_: breaker_runtime::CircuitOpen) -> Self {
        Self::Open
    }
}

#[circuit_breaker(name = "bench-sync", recovery_timeout = "1h", handle = sync_breaker)]
fn sync(up: bool) -> Result<u64, Refusable> {
    Ok(remote(up)?)
}

#[circuit_breaker(name = "bench-async", recovery_timeout = "1h", handle = async_breaker)]
async fn asynchronous(up: bool) -> Result<u64, Refusable> {
    Ok(remote(up)?)
}

fn attribute(result: Result<u64, Refusable>) -> Got {
    match result {
        Ok(_) => Got::Answer,
        Err(Refusable::Failed) => Got::Failure,
        Err(Refusable::Open) => Got::Refusal,
    }
}

fn breaker(config: ConfigBuilder) -> Arc<CircuitBreaker> {
    Arc::new(CircuitBreaker::new("bench", config.recovery_timeout(HOUR).build().unwrap()))
}

fn tripped(config: ConfigBuilder) -> Arc<CircuitBreaker> {
    let breaker = breaker(config);
    breaker.trip();
    breaker
}

fn rate() -> ConfigBuilder {
    Config::builder().failure_rate(0.9)
}

fn call(breaker: &mut Arc<CircuitBreaker>, up: bool) -> Got {
    match breaker.call(|| remote(up)) {
        Ok(_) => Got::Answer,
        Err(CallError::Failed(_)) => Got::Failure,
        Err(CallError::Open(_)) => Got::Refusal,
    }
}

pub(crate) fn run(criterion: &mut Criterion) {
    Contender {
        name: "ours: attribute",
        closed: || sync_breaker().reset(),
        open: Some(|| sync_breaker().trip()),
        call: |(), up| attribute(sync(up)),
    }
    .run(criterion);
    Contender {
        name: "ours: attribute, async",
        closed: || async_breaker().reset(),
        open: Some(|| async_breaker().trip()),
        call: |(), up| attribute(block_on(asynchronous(up))),
    }
    .run(criterion);
    Contender {
        name: "ours: call",
        closed: || breaker(Config::builder()),
        open: Some(|| tripped(Config::builder())),
        call,
    }
    .run(criterion);
    Contender {
        name: "ours: call, count window",
        closed: || breaker(rate().window(100)),
        open: Some(|| tripped(rate().window(100))),
        call,
    }
    .run(criterion);
    Contender {
        name: "ours: call, time window",
        closed: || breaker(rate().window(Duration::from_secs(10))),
        open: Some(|| tripped(rate().window(Duration::from_secs(10)))),
        call,
    }
    .run(criterion);
    Contender {
        name: "ours: call, slow calls",
        closed: || breaker(rate().slow_call_duration(HOUR)),
        open: Some(|| tripped(rate().slow_call_duration(HOUR))),
        call,
    }
    .run(criterion);
}
