//! Bugs proven in other circuit breakers, each shown to be absent here. A test is called after the number in this list.
//! Those of macros, 33 to 41, are in `attribute_defects.rs` and `tests/ui`; 18, 19 and 32 are also in `tests/memory.rs`.
//!
//! | | defect | seen in |
//! |---|---|---|
//! | 01 | half-open admits everybody | failsafe 1.3.0, recloser 1.4.0, nobreak, circuit_breaker, resilient |
//! | 02 | over-admission by a race: load, then subtract, wraps below zero | circuitbreaker-rs 0.1.1 |
//! | 03 | a dropped probe never gives its permit back | circuitbreaker-rs, reliability-toolkit, execution-policy, arcly-http |
//! | 04 | a panicking probe never gives its permit back | circuitbreaker-rs |
//! | 05 | a probe that never ends wedges half-open | nearly all |
//! | 06 | fewer permits than the successes needed, accepted at build | circuitbreaker-rs, tower-resilience 0.14.0 |
//! | 07 | probes further apart than the window: rejecting for ever | tower-resilience |
//! | 08 | a failed probe leaves it half-open | breaker-machines 0.16.1 |
//! | 09 | a late success closes half-open while the real probe runs | failsafe, recloser, circuitbreaker-rs, tower-resilience, breaker 2.0.2 |
//! | 10 | a late failure re-opens half-open, or extends the open time | breaker 2.0.2, nobreak |
//! | 11 | a late success while open resets the streak or the back-off | failsafe |
//! | 12 | a probe of one episode decides the next; a stale failure trips a later period | seatbelt 0.11.0 |
//! | 13 | a sliding window that never evicts | tower-resilience |
//! | 14 | a time-based policy that is never fed | circuitbreaker-rs |
//! | 15 | a success never resets the consecutive count | circuit_breaker 0.1.1, arcly-http |
//! | 16 | old failures survive recovery | breaker-machines |
//! | 17 | sub-second windows truncated to zero | failsafe |
//! | 18 | the record of outcomes grows without bound | resilient |
//! | 19 | memory leaked at every transition | recloser |
//! | 20 | open first and its time after: a racing caller half-opens at once | circuitbreaker-rs, arcly-http |
//! | 21 | `Duration::MAX` panics | failsafe, breaker 2.0.2, execution-policy |
//! | 22 | jitter drawn anew at every check | breaker-machines |
//! | 23 | back-off never resets after recovery | resilient |
//! | 24 | a wall clock that steps back underflows | recloser, sentinel-core |
//! | 25 | a zero size: a panic inside a spin lock | recloser |
//! | 26 | a panicking listener poisons the breaker, one that reads the state dead-locks | circuit_breaker |
//! | 27 | a panic when nobody listens | rssafecircuit |
//! | 28 | the operation runs while open | resilient |
//! | 29 | a new breaker for each call | nobreak |
//! | 30 | transitions missing from events; a state gauge that keeps the old series | breaker 2.0.2, tower-resilience |
//! | 31 | rejections not counted; metrics without the breaker's name | breaker 2.0.2 |
//! | 32 | a mutex on the closed path | most |
//! | 33 | an attribute on an `async fn` that does nothing | aspect-macros 0.1.2 |
//! | 34 | a function's errors never reach the breaker | sentinel-macros 0.1.0 |
//! | 35 | `?` or `return` skips the accounting | sentinel-macros |
//! | 36 | owned arguments do not compile | arcly-http |
//! | 37 | wrong options silently accepted | allframe-macros, arcly-http |
//! | 38 | rejection panics, or flattens the error, or changes the return type | allframe-macros, aspect-std, sentinel-macros |
//! | 39 | breakers keyed by the bare function name collide | sentinel-macros |
//! | 40 | the future is no longer `Send` | sentinel-macros |
//! | 41 | marks the function deprecated; tests a `cfg` of the user's | allframe-macros |

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
