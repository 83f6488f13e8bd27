//! Calls inside a half-open probe of the same breaker.

use std::{io, thread, time::Duration};

use breaker_runtime::{
    CircuitBreaker, CircuitBreakerFamily, Config, State, circuit_breaker, is_rejection, registry, testing::ManualClock,
};
use tokio::{join, task::yield_now};

const WAIT: Duration = Duration::from_secs(60);

fn probes(count: u32) -> Config {
    let config = Config::builder().failure_threshold(1).recovery_timeout(WAIT);
    config.half_open_max_calls(count).success_threshold(count).build().unwrap()
}

/// Half-open, with so many permits of which all must succeed.
fn half_open(breaker: &CircuitBreaker, count: u32) -> ManualClock {
    let clock = ManualClock::new();
    breaker.reconfigure(probes(count));
    breaker.set_clock(clock.clone());
    breaker.trip();
    clock.advance(WAIT);
    clock
}

const SIZES: [u32; 3] = [1, 3, 5];
const DEPTHS: [u32; 6] = [1, 2, 3, 4, 5, 6];

#[test]
fn fault_13_a_function_that_recurses_closes_its_circuit() {
    #[circuit_breaker(handle = dive_breaker)]
    fn dive(depth: u32) -> io::Result<u32> {
        if depth == 0 { Ok(0) } else { Ok(dive(depth - 1)? + 1) }
    }
    for (count, depth) in SIZES.into_iter().flat_map(|count| DEPTHS.map(|depth| (count, depth))) {
        half_open(dive_breaker(), count);
        for _ in 0..count {
            assert_eq!(dive(depth).unwrap(), depth, "{count} probes, depth {depth}");
        }
        assert_eq!(dive_breaker().state(), State::Closed, "{count} probes, depth {depth}");
        assert_eq!(dive_breaker().snapshot().rejected, 0);
    }
}

#[tokio::test]
async fn fault_13_an_async_function_that_recurses_closes_its_circuit() {
    #[circuit_breaker(handle = dive_breaker)]
    async fn dive(depth: u32) -> io::Result<u32> {
        yield_now().await;
        let below = if depth == 0 { 0 } else { Box::pin(dive(depth - 1)).await? + 1 };
        yield_now().await;
        Ok(below)
    }
    for (count, depth) in SIZES.into_iter().flat_map(|count| DEPTHS.map(|depth| (count, depth))) {
        half_open(dive_breaker(), count);
        for _ in 0..count {
            assert_eq!(dive(depth).await.unwrap(), depth, "{count} probes, depth {depth}");
        }
        assert_eq!(dive_breaker().state(), State::Closed, "{count} probes, depth {depth}");
    }
}

#[tokio::test]
async fn fault_13_two_functions_of_one_name_close_it_also_side_by_side() {
    #[circuit_breaker(name = "faults-both")]
    async fn inner(up: bool) -> io::Result<u32> {
        yield_now().await;
        if up { Ok(1) } else { Err(io::ErrorKind::TimedOut.into()) }
    }
    #[circuit_breaker(name = "faults-both")]
    async fn outer(up: bool) -> io::Result<u32> {
        let (left, right) = join!(inner(up), inner(up));
        Ok(left? + right?)
    }
    assert_eq!(outer(true).await.unwrap(), 2);
    let breaker = registry().get("faults-both").unwrap();
    for count in SIZES {
        half_open(breaker, count);
        for _ in 0..count {
            assert_eq!(outer(true).await.unwrap(), 2);
        }
        assert_eq!(breaker.state(), State::Closed);
    }
    half_open(breaker, 1);
    assert!(outer(false).await.is_err());
    assert_eq!(breaker.state(), State::Open, "the probe says what its riders found");
}

#[tokio::test]
async fn fault_13_the_breaker_of_a_key_is_ridden_as_any_other() {
    #[circuit_breaker(name = "faults-keyed", key = host, handle = hosts)]
    fn dive(host: &str, depth: u32) -> io::Result<u32> {
        if depth == 0 { Ok(0) } else { Ok(dive(host, depth - 1)? + 1) }
    }
    #[circuit_breaker(name = "faults-keyed", key = host)]
    async fn dive_async(host: &str, depth: u32) -> io::Result<u32> {
        yield_now().await;
        let below = if depth == 0 { 0 } else { Box::pin(dive_async(host, depth - 1)).await? + 1 };
        yield_now().await;
        Ok(below)
    }
    let family: &CircuitBreakerFamily = hosts();
    for (count, depth) in SIZES.into_iter().flat_map(|count| DEPTHS.map(|depth| (count, depth))) {
        let breaker = family.get("a.example");
        for is_async in [false, true] {
            half_open(&breaker, count);
            for _ in 0..count {
                let below = if is_async { dive_async("a.example", depth).await } else { dive("a.example", depth) };
                assert_eq!(below.unwrap(), depth);
            }
            assert_eq!(breaker.state(), State::Closed, "{count} probes, depth {depth}, async {is_async}");
        }
    }
}

#[test]
fn fault_13_a_probe_whose_riders_all_failed_says_nothing_when_it_swallows_that() {
    #[circuit_breaker(name = "faults-swallowed")]
    fn inner(up: bool) -> io::Result<()> {
        if up { Ok(()) } else { Err(io::ErrorKind::TimedOut.into()) }
    }
    #[circuit_breaker(name = "faults-swallowed")]
    fn outer(answers: &[bool]) -> io::Result<usize> {
        Ok(answers.iter().filter(|up| inner(**up).is_ok()).count())
    }
    assert_eq!(outer(&[true]).unwrap(), 1);
    let breaker = registry().get("faults-swallowed").unwrap();
    let before = breaker.snapshot();
    half_open(breaker, 1);
    assert_eq!(outer(&[false, false]).unwrap(), 0);
    assert_eq!(breaker.state(), State::HalfOpen);
    let seen = breaker.snapshot();
    assert_eq!((seen.ignored, seen.failures - before.failures), (1, 2), "riders are in the totals");
    assert_eq!(outer(&[false, true]).unwrap(), 1);
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn fault_13_another_thread_does_not_ride() {
    #[circuit_breaker(name = "faults-spawned")]
    fn inner() -> io::Result<()> {
        Ok(())
    }
    #[circuit_breaker(name = "faults-spawned")]
    fn outer() -> io::Result<bool> {
        Ok(thread::spawn(inner).join().unwrap().is_ok())
    }
    assert!(outer().unwrap());
    let breaker = registry().get("faults-spawned").unwrap();
    half_open(breaker, 1);
    assert!(!outer().unwrap(), "the one permit is taken");
    assert_eq!((breaker.state(), breaker.snapshot().rejected), (State::Closed, 1));
    half_open(breaker, 2);
    assert!(outer().unwrap(), "the second permit");
    assert_eq!(breaker.state(), State::Closed, "both succeeded");
}

#[tokio::test]
async fn fault_13_a_task_that_is_spawned_inside_a_probe_does_not_ride() {
    #[circuit_breaker(name = "faults-task")]
    async fn inner() -> io::Result<()> {
        yield_now().await;
        Ok(())
    }
    #[circuit_breaker(name = "faults-task")]
    async fn outer() -> io::Result<()> {
        tokio::spawn(inner()).await.unwrap()
    }
    outer().await.unwrap();
    let breaker = registry().get("faults-task").unwrap();
    let clock = half_open(breaker, 1);
    for _ in 0..3 {
        assert!(is_rejection(&outer().await.unwrap_err()), "the one permit is taken");
    }
    let seen = breaker.snapshot();
    assert_eq!((seen.state, seen.rejected, seen.ignored), (State::HalfOpen, 3, 3), "and that says nothing");
    // What the docs say: a name of its own, or permits for both.
    clock.advance(WAIT);
    half_open(breaker, 2);
    outer().await.unwrap();
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn fault_13_a_state_that_was_set_meanwhile_decides_about_riders_too() {
    #[circuit_breaker(name = "faults-forced")]
    fn inner() -> io::Result<()> {
        Ok(())
    }
    #[circuit_breaker(name = "faults-forced")]
    fn outer(between: fn(&CircuitBreaker)) -> io::Result<bool> {
        inner()?;
        between(registry().get("faults-forced").unwrap());
        Ok(inner().is_ok())
    }
    /// A probe that loops until it is kept out.
    #[circuit_breaker(name = "faults-forced")]
    fn loops(until: u32, between: fn(&CircuitBreaker)) -> io::Result<u32> {
        for round in 0..2 * until {
            if round == until {
                between(registry().get("faults-forced").unwrap());
            }
            if inner().is_err() {
                return Ok(round);
            }
        }
        Ok(2 * until)
    }
    assert!(outer(|_| {}).unwrap());
    let breaker = registry().get("faults-forced").unwrap();
    half_open(breaker, 1);
    assert_eq!(loops(100, CircuitBreaker::force_open).unwrap(), 100, "the call after it is kept out");
    assert_eq!(breaker.state(), State::ForcedOpen);
    half_open(breaker, 1);
    assert!(!outer(CircuitBreaker::force_open).unwrap());
    assert_eq!(breaker.state(), State::ForcedOpen, "the late probe changes nothing");
    half_open(breaker, 1);
    assert!(outer(CircuitBreaker::reset).unwrap(), "closed again");
}

#[test]
fn fault_13_a_permit_that_was_taken_by_hand_carries_nobody() {
    let breaker = CircuitBreaker::new("faults-by-hand", Config::default());
    half_open(&breaker, 1);
    let permit = breaker.try_acquire().unwrap();
    assert_eq!(breaker.call(|| Ok::<_, ()>(())).unwrap_err().open().unwrap().state, State::HalfOpen);
    permit.success();
    assert_eq!(breaker.state(), State::Closed);
}
