//! Bugs proven in other circuit breakers, each shown to be absent here. The numbers are those of the project's list.

use breaker_runtime::{CircuitBreaker, testing::ManualClock};

use crate::support::{WAIT, breaker, open, small};

mod counting;
mod half_open;
mod late_results;
mod robustness;
mod time;

fn half_open() -> (CircuitBreaker, ManualClock) {
    let (breaker, clock) = breaker(small());
    open(&breaker);
    clock.advance(WAIT);
    (breaker, clock)
}
