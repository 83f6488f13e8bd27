//! A dependency that goes up and down for ten minutes.

use std::time::Duration;

use breaker_runtime::{Config, State};

use crate::support::breaker;

const CALLS: u64 = 1_000_000;
const PERIOD: Duration = Duration::from_secs(600);
const UP: Duration = Duration::from_secs(20);
const DOWN: Duration = Duration::from_secs(10);
const WAIT: Duration = Duration::from_secs(2);
const THRESHOLD: u64 = 3;
const PROBES: u64 = 2;

#[test]
fn a_million_calls_on_a_flapping_dependency_reach_it_only_as_probes_while_it_is_down() {
    let config = Config::builder()
        .failure_threshold(THRESHOLD as u32)
        .recovery_timeout(WAIT)
        .half_open_max_calls(PROBES as u32)
        .success_threshold(PROBES as u32);
    let (breaker, clock) = breaker(config);
    let pace = PERIOD / CALLS as u32;
    let (mut reached, mut rejected_while_up) = (Vec::new(), 0);
    for call in 0..CALLS {
        let phase = (pace * call as u32).as_nanos() % (UP + DOWN).as_nanos();
        let down = phase >= UP.as_nanos();
        if phase < pace.as_nanos() {
            reached.push(0);
        }
        let answer = breaker.call(|| if down { Err(()) } else { Ok(()) });
        match answer {
            Err(breaker_runtime::CallError::Open(_)) if !down => rejected_while_up += 1,
            Err(breaker_runtime::CallError::Failed(())) => *reached.last_mut().unwrap() += 1,
            _ => {}
        }
        clock.advance(pace);
    }
    let outages = u64::try_from(PERIOD.as_nanos() / (UP + DOWN).as_nanos()).unwrap();
    assert_eq!(reached.len() as u64, outages);
    // Each wait that ends during an outage lets one episode of probes through, and the first to fail ends it.
    let episodes = (DOWN.as_nanos() / WAIT.as_nanos()) as u64;
    for &calls in &reached {
        assert!(calls <= THRESHOLD + PROBES * episodes, "{calls} calls in an outage");
    }
    // One after the other, the first probe of an episode ends it; the last episode's wait outlasts the outage.
    assert_eq!(reached, vec![THRESHOLD + (episodes - 1); outages as usize]);
    let seen = breaker.snapshot();
    assert_eq!(seen.failures, reached.iter().sum::<u64>());
    assert_eq!(seen.successes + seen.failures + seen.rejected, CALLS);
    let longest_wait = u64::try_from(WAIT.as_nanos() / pace.as_nanos()).unwrap();
    assert!(rejected_while_up <= longest_wait * outages, "recovery takes at most one wait");
    assert_eq!(seen.times_opened, outages * episodes);
    assert_ne!(breaker.state(), State::Closed);
    println!("{} of {CALLS} calls reached it in {outages} outages", seen.failures);
}
