//! Half-open under a layer: calls inside a probe, and a service that hangs.

use std::{
    future::{Future, Pending, pending},
    io,
    pin::Pin,
    sync::{Arc, LazyLock},
    task::{Context, Waker},
    time::Duration,
};

use breaker_runtime::{CallError, CircuitBreaker, Config, State, circuit_breaker, testing::ManualClock};
use tokio::task::yield_now;
use tower::{ServiceExt, service_fn};

use crate::support::{WAIT, guard};

type Boxed<E> = Pin<Box<dyn Future<Output = Result<u32, E>> + Send>>;

static SHARED: LazyLock<Arc<CircuitBreaker>> =
    LazyLock::new(|| Arc::new(CircuitBreaker::new("shared", Config::default())));

/// Asks a service under the same breaker, which calls this function again.
#[circuit_breaker(breaker = SHARED)]
async fn by_function(depth: u32) -> io::Result<u32> {
    yield_now().await;
    if depth == 0 { Ok(0) } else { Ok(by_service(depth - 1).await.map_err(io::Error::other)? + 1) }
}

fn by_service(depth: u32) -> Boxed<CallError<io::Error>> {
    let inner = |depth: u32| -> Boxed<io::Error> { Box::pin(by_function(depth)) };
    Box::pin(guard(&SHARED, service_fn(inner)).oneshot(depth))
}

#[tokio::test]
async fn fault_13_functions_and_layers_of_one_breaker_close_it() {
    for (probes, depth) in [1, 3, 5].into_iter().flat_map(|probes| [1, 2, 6].map(|depth| (probes, depth))) {
        for is_function in [true, false] {
            let clock = ManualClock::new();
            let config = Config::builder().recovery_timeout(WAIT).half_open_max_calls(probes).success_threshold(probes);
            SHARED.reconfigure(config.build().unwrap());
            SHARED.set_clock(clock.clone());
            SHARED.trip();
            clock.advance(WAIT);
            for _ in 0..probes {
                let reached = if is_function { by_function(depth).await.ok() } else { by_service(depth).await.ok() };
                assert_eq!(reached, Some(depth));
            }
            assert_eq!(SHARED.state(), State::Closed, "{probes} probes, depth {depth}, function {is_function}");
        }
    }
    assert_eq!(SHARED.snapshot().rejected, 0);
}

#[test]
fn fault_15_a_service_that_hangs_is_left_alone_whenever_its_callers_give_up() {
    const TICK: Duration = Duration::from_millis(100);
    // As without a layer: `it` computes them.
    for (limit, expected) in [(8, 348), (30, 87), (59, 87)] {
        let clock = ManualClock::new();
        let config = Config::builder().recovery_timeout(Duration::from_secs(10)).backoff_multiplier(2.0);
        let breaker = Arc::new(CircuitBreaker::with_clock("hangs", config.build().unwrap(), clock.clone()));
        breaker.trip();
        let hang = |_: u32| -> Pending<io::Result<u32>> { pending() };
        let service = guard(&breaker, service_fn(hang));
        let (mut hanging, mut admitted) = (Vec::new(), 0);
        for tick in 0..36_000 {
            hanging.retain(|(since, _)| tick - since < 10 * limit);
            let mut call = Box::pin(service.clone().oneshot(1));
            if call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {
                hanging.push((tick, call));
                admitted += 1;
            }
            clock.advance(TICK);
        }
        assert_eq!(admitted, expected, "calls in an hour that give up after {limit} s");
    }
}
