//! Our attribute in each mode, and our `call`.

use std::{sync::Arc, time::Duration};

use breaker_runtime::{CallError, CircuitBreaker, CircuitOpen, Config, circuit_breaker};

use super::{ASYNC, Contender, Down, Entrant, Got, SYNC, block_on, remote};

/// A pointer wide, as `io::Error`, `anyhow::Error` and boxed ones are.
#[derive(Debug)]
struct Error(&'static Got);

impl From<Down> for Error {
    fn from(_: Down) -> Self {
        Self(&Got::Failure)
    }
}

impl From<CircuitOpen> for Error {
    fn from(_: CircuitOpen) -> Self {
        Self(&Got::Rejection)
    }
}

fn got(result: Result<u64, Error>) -> Got {
    match result {
        Ok(_) => Got::Answer,
        Err(Error(got)) => *got,
    }
}

/// A sync function and an async one under the same options.
macro_rules! annotated {
    ($sync:literal, $asynchronous:literal, $($option:tt)*) => {{
        #[circuit_breaker(recovery_timeout = "1h", handle = sync_breaker, $($option)*)]
        fn sync(up: bool) -> Result<u64, Error> {
            Ok(remote(up)?)
        }

        #[circuit_breaker(recovery_timeout = "1h", handle = async_breaker, $($option)*)]
        async fn asynchronous(up: bool) -> Result<u64, Error> {
            Ok(remote(up)?)
        }

        let pair: [Box<dyn Entrant>; 2] = [
            Box::new(Contender {
                name: $sync,
                baseline: SYNC,
                closed: || sync_breaker().reset(),
                open: Some(|| sync_breaker().trip()),
                call: |(), up| got(sync(up)),
            }),
            Box::new(Contender {
                name: $asynchronous,
                baseline: ASYNC,
                closed: || async_breaker().reset(),
                open: Some(|| async_breaker().trip()),
                call: |(), up| got(block_on(asynchronous(up))),
            }),
        ];
        pair
    }};
}

fn closed() -> Arc<CircuitBreaker> {
    let config = Config::builder().recovery_timeout(Duration::from_secs(3600));
    Arc::new(CircuitBreaker::new("bench", config.build().unwrap()))
}

fn open() -> Arc<CircuitBreaker> {
    let breaker = closed();
    breaker.trip();
    breaker
}

fn call(breaker: &mut Arc<CircuitBreaker>, up: bool) -> Got {
    match breaker.call(|| remote(up)) {
        Ok(_) => Got::Answer,
        Err(CallError::Failed(_)) => Got::Failure,
        Err(CallError::Open(_)) => Got::Rejection,
    }
}

pub(crate) fn entrants() -> Vec<Box<dyn Entrant>> {
    let annotated = [
        annotated!("ours: attribute", "ours: attribute, async", failure_threshold = 5),
        annotated!("ours: count window", "ours: count window, async", failure_rate = 0.9, window = 100),
        annotated!("ours: time window", "ours: time window, async", failure_rate = 0.9, window = "10s"),
        annotated!("ours: slow calls", "ours: slow calls, async", failure_rate = 0.9, slow_call_duration = "1h"),
    ];
    let call = Contender { name: "ours: call", baseline: SYNC, closed, open: Some(open), call };
    annotated.into_iter().flatten().chain([Box::new(call) as Box<dyn Entrant>]).collect()
}
