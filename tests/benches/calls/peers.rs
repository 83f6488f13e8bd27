//! The other crates, as their documentation says to use them, with settings that come nearest to ours.

use std::{sync::Arc, time::Duration};

use criterion::Criterion;
use tower::{Layer, Service, service_fn};

use super::{Contender, Down, Got, block_on, remote};

const HOUR: Duration = Duration::from_secs(3600);

/// Fails until it refuses.
fn opened<C>(mut guard: C, call: fn(&mut C, bool) -> Got) -> C {
    for _ in 0..10_000 {
        if call(&mut guard, false) == Got::Refusal {
            return guard;
        }
    }
    panic!("it does not open");
}

pub(crate) fn run(criterion: &mut Criterion) {
    failsafe(criterion);
    recloser(criterion);
    circuitbreaker_rs(criterion);
    breaker(criterion);
    tower_resilience(criterion);
}

fn failsafe(criterion: &mut Criterion) {
    fn call<C: failsafe::CircuitBreaker>(guard: &mut C, up: bool) -> Got {
        match guard.call(|| remote(up)) {
            Ok(_) => Got::Answer,
            Err(failsafe::Error::Inner(_)) => Got::Failure,
            Err(failsafe::Error::Rejected) => Got::Refusal,
        }
    }
    fn consecutive() -> impl failsafe::CircuitBreaker + Clone + Send {
        let policy = failsafe::failure_policy::consecutive_failures(5, failsafe::backoff::constant(HOUR));
        failsafe::Config::new().failure_policy(policy).build()
    }
    fn rate() -> impl failsafe::CircuitBreaker + Clone + Send {
        let backoff = failsafe::backoff::constant(HOUR);
        let (share, calls, window) = (0.1, 10, Duration::from_secs(10));
        let policy = failsafe::failure_policy::success_rate_over_time_window(share, calls, window, backoff);
        failsafe::Config::new().failure_policy(policy).build()
    }
    Contender { name: "failsafe", closed: consecutive, open: Some(|| opened(consecutive(), call)), call }
        .run(criterion);
    Contender { name: "failsafe, rate", closed: rate, open: None, call }.run(criterion);
}

fn recloser(criterion: &mut Criterion) {
    fn call(guard: &mut Arc<recloser::Recloser>, up: bool) -> Got {
        match guard.call(|| remote(up)) {
            Ok(_) => Got::Answer,
            Err(recloser::Error::Inner(_)) => Got::Failure,
            Err(recloser::Error::Rejected) => Got::Refusal,
        }
    }
    fn closed() -> Arc<recloser::Recloser> {
        Arc::new(recloser::Recloser::custom().error_rate(0.9).closed_len(100).open_wait(HOUR).build())
    }
    Contender { name: "recloser", closed, open: Some(|| opened(closed(), call)), call }.run(criterion);
}

fn circuitbreaker_rs(criterion: &mut Criterion) {
    use circuitbreaker_rs::{BreakerError, CircuitBreaker, DefaultPolicy};
    type Guard = Arc<CircuitBreaker<DefaultPolicy, Down>>;
    fn call(guard: &mut Guard, up: bool) -> Got {
        match guard.call(|| remote(up)) {
            Ok(_) => Got::Answer,
            Err(BreakerError::Open) => Got::Refusal,
            Err(_) => Got::Failure,
        }
    }
    fn closed() -> Guard {
        Arc::new(CircuitBreaker::<DefaultPolicy, Down>::builder().failure_threshold(0.9).cooldown(HOUR).build())
    }
    Contender { name: "circuitbreaker-rs", closed, open: Some(|| opened(closed(), call)), call }.run(criterion);
}

fn breaker(criterion: &mut Criterion) {
    use breaker::{CircuitBreaker, CircuitBreakerConfig, CircuitBreakerError};
    fn call(guard: &mut CircuitBreaker, up: bool) -> Got {
        match block_on(guard.call(|| async { remote(up) })) {
            Ok(_) => Got::Answer,
            Err(CircuitBreakerError::CircuitOpen) => Got::Refusal,
            Err(_) => Got::Failure,
        }
    }
    fn closed() -> CircuitBreaker {
        let config =
            CircuitBreakerConfig::builder().consecutive_failures(5).failure_rate_threshold(1.0).wait_duration(HOUR);
        CircuitBreaker::new(config.build())
    }
    Contender { name: "breaker 2, async", closed, open: Some(|| opened(closed(), call)), call }.run(criterion);
}

fn tower_resilience(criterion: &mut Criterion) {
    use tower_resilience_circuitbreaker::{CircuitBreakerError, CircuitBreakerLayer};
    fn closed() -> impl Service<bool, Response = u64, Error = CircuitBreakerError<Down>, Future: Send> + Clone + Send {
        let layer = CircuitBreakerLayer::builder()
            .failure_rate_threshold(0.9)
            .sliding_window_size(100)
            .wait_duration_in_open(HOUR)
            .build()
            .unwrap();
        layer.layer(service_fn(|up| async move { remote(up) }))
    }
    fn call<S: Service<bool, Response = u64, Error = CircuitBreakerError<Down>>>(guard: &mut S, up: bool) -> Got {
        match block_on(guard.call(up)) {
            Ok(_) => Got::Answer,
            Err(CircuitBreakerError::Inner(_)) => Got::Failure,
            Err(_) => Got::Refusal,
        }
    }
    Contender { name: "tower-resilience, async", closed, open: Some(|| opened(closed(), call)), call }.run(criterion);
}
