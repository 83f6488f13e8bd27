//! The other crates, as their documentation says to use them, with settings that come nearest to ours.

use std::{sync::Arc, time::Duration};

use tower::{Layer, Service, service_fn};

use super::{ASYNC, Contender, Down, Entrant, Got, SYNC, block_on, remote};

const HOUR: Duration = Duration::from_secs(3600);

/// Fails until it rejects.
fn opened<C>(mut guard: C, call: fn(&mut C, bool) -> Got) -> C {
    for _ in 0..10_000 {
        if call(&mut guard, false) == Got::Rejection {
            return guard;
        }
    }
    panic!("it does not open");
}

pub(crate) fn entrants() -> Vec<Box<dyn Entrant>> {
    let [consecutive, rate] = failsafe();
    vec![consecutive, rate, recloser(), circuitbreaker_rs(), breaker(), tower_resilience(), seatbelt()]
}

fn failsafe() -> [Box<dyn Entrant>; 2] {
    fn call<C: failsafe::CircuitBreaker>(guard: &mut C, up: bool) -> Got {
        match guard.call(|| remote(up)) {
            Ok(_) => Got::Answer,
            Err(failsafe::Error::Inner(_)) => Got::Failure,
            Err(failsafe::Error::Rejected) => Got::Rejection,
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
    [
        Box::new(Contender {
            name: "failsafe",
            baseline: SYNC,
            closed: consecutive,
            open: Some(|| opened(consecutive(), call)),
            call,
        }),
        Box::new(Contender { name: "failsafe, rate", baseline: SYNC, closed: rate, open: None, call }),
    ]
}

fn recloser() -> Box<dyn Entrant> {
    fn call(guard: &mut Arc<recloser::Recloser>, up: bool) -> Got {
        match guard.call(|| remote(up)) {
            Ok(_) => Got::Answer,
            Err(recloser::Error::Inner(_)) => Got::Failure,
            Err(recloser::Error::Rejected) => Got::Rejection,
        }
    }
    fn closed() -> Arc<recloser::Recloser> {
        Arc::new(recloser::Recloser::custom().error_rate(0.9).closed_len(100).open_wait(HOUR).build())
    }
    Box::new(Contender { name: "recloser", baseline: SYNC, closed, open: Some(|| opened(closed(), call)), call })
}

fn circuitbreaker_rs() -> Box<dyn Entrant> {
    use circuitbreaker_rs::{BreakerError, CircuitBreaker, DefaultPolicy};
    type Guard = Arc<CircuitBreaker<DefaultPolicy, Down>>;
    fn call(guard: &mut Guard, up: bool) -> Got {
        match guard.call(|| remote(up)) {
            Ok(_) => Got::Answer,
            Err(BreakerError::Open) => Got::Rejection,
            Err(_) => Got::Failure,
        }
    }
    fn closed() -> Guard {
        Arc::new(CircuitBreaker::<DefaultPolicy, Down>::builder().failure_threshold(0.9).cooldown(HOUR).build())
    }
    Box::new(Contender {
        name: "circuitbreaker-rs",
        baseline: SYNC,
        closed,
        open: Some(|| opened(closed(), call)),
        call,
    })
}

fn breaker() -> Box<dyn Entrant> {
    use breaker::{CircuitBreaker, CircuitBreakerConfig, CircuitBreakerError};
    fn call(guard: &mut CircuitBreaker, up: bool) -> Got {
        match block_on(guard.call(|| async { remote(up) })) {
            Ok(_) => Got::Answer,
            Err(CircuitBreakerError::CircuitOpen) => Got::Rejection,
            Err(_) => Got::Failure,
        }
    }
    fn closed() -> CircuitBreaker {
        let config =
            CircuitBreakerConfig::builder().consecutive_failures(5).failure_rate_threshold(1.0).wait_duration(HOUR);
        CircuitBreaker::new(config.build())
    }
    Box::new(Contender {
        name: "breaker 2, async",
        baseline: ASYNC,
        closed,
        open: Some(|| opened(closed(), call)),
        call,
    })
}

fn tower_resilience() -> Box<dyn Entrant> {
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
            Err(_) => Got::Rejection,
        }
    }
    Box::new(Contender {
        name: "tower-resilience, async",
        baseline: ASYNC,
        closed,
        open: Some(|| opened(closed(), call)),
        call,
    })
}

fn seatbelt() -> Box<dyn Entrant> {
    use layered::{Execute, Service, Stack};
    use seatbelt::{RecoveryInfo, ResilienceContext, breaker::Breaker};

    fn got(result: Result<u64, Option<Down>>) -> Got {
        match result {
            Ok(_) => Got::Answer,
            Err(Some(Down)) => Got::Failure,
            Err(None) => Got::Rejection,
        }
    }
    fn closed() -> Arc<impl Service<bool, Out = Result<u64, Option<Down>>>> {
        // The clock wants a runtime's context, only while it is made.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let clock = runtime.block_on(async { tick::Clock::new_tokio() });
        let context = ResilienceContext::new(&clock);
        let breaker = Breaker::layer("bench", &context)
            .recovery_with(|result: &Result<u64, Option<Down>>, _| match result {
                Ok(_) => RecoveryInfo::never(),
                Err(_) => RecoveryInfo::retry(),
            })
            .rejected_input_error(|_, _| None)
            .failure_threshold(0.9)
            .break_duration(HOUR);
        Arc::new((breaker, Execute::new(|up| async move { remote(up).map_err(Some) })).into_service())
    }
    fn call<S: Service<bool, Out = Result<u64, Option<Down>>>>(guard: &mut Arc<S>, up: bool) -> Got {
        got(block_on(guard.execute(up)))
    }
    Box::new(Contender {
        name: "seatbelt, async",
        baseline: ASYNC,
        closed,
        open: Some(|| opened(closed(), call)),
        call,
    })
}
