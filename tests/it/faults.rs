//! Faults that incidents and real code found in this crate, each shown to be gone. A test is called after the fault's number
//! in the list below. Those of 01 to 12 that are about compiling stand in `tests/shapes` and `tests/ui`.
//!
//! | fault | what was wrong |
//! |---|---|
//! | 04 | the body of an annotated function ran outside the span that `#[instrument]` gave it |
//! | 07 | a future by an alias of the user's own was judged by the alias's words |
//! | 13 | a call inside a probe of its own breaker found no permit: the circuit never closed again |
//! | 14 | the rejections of a breaker further in were failures of the outer one |
//! | 15 | a dependency that hangs kept half-open alive by the drops of its callers |
//! | 16 | a dependency that answers only 404s, ignored, never left half-open |
//! | 17 | a metrics-only breaker reported one crossing of several |
//! | 18 | a sibling's panic was a failure of the call that it dropped |
//! | 19 | a rate of k of n calls was not reached by k of n calls (`it/counting.rs`) |
//! | 20 | a reload, or another clock, beside a probe left half-open waiting for ever (the core's loom models) |
//! | 21 | a reload in half-open let out the permits once more |
//! | 22 | a clock that panicked once left a generation that no success was counted in |
//! | 23 | a clock with a far origin: open for ever |
//! | 24 | the time of the last failure moved with the time of day |
//! | 25 | a breaker that was made on a clock had a history |
//! | 26 | a call from under another clock was slow; a clock's destructor ran under a lock |
//! | 28 | code that asks for a family with each request left a conflict each time |
//! | 29 | a clock and a listener's destructor ran under a family's lock |
//! | 30 | a panic in the drop of a listener's panic; a listener heard what was before it |
//! | 31 | transitions waited for slow listeners without a bound |
//! | 32 | dead keys, and weak pointers to them, held their places for good; one bad key closed the others off |
//! | 33 | the publisher of `metrics` kept the handles of evicted keys (`tests/metrics`) |
//! | 34 | an ignored 404 left the old value in the cache |
//! | 35 | a name with a line end wrote lines of its own |
//! | 36 | deferred successes entered a large window one by one; a name that is absent was sought among all |
//! | 37 | a key that many threads had called stayed large (`tests/memory.rs`) |
//! | 38 | the key `*`, and a breaker that is named as a key, were taken for another |
//! | 39 | alerts fired for another thing than they say (`docs/operations`, by `promtool`) |
//! | 40 | the label `service` was renamed by Prometheus (`tests/metrics`) |
//! | 41 | a failed call's error hid its cause |
//! | 42 | a page and a report that did not say what opened a circuit, and since when (`tests/page.rs`, `tests/operations`) |
//! | 43 | a health endpoint that failed while a fallback answers (`tests/operations/outage.py`) |
//! | 44 | targets without 64-bit atomics, and wasm, did not run (`.ci/portability`) |
//! | 45 | settings for one key of a family never applied (`tests/isolated`) |
//! | 46 | messages that did not show what was meant (`tests/ui`) |

mod counting;
mod further_in;
mod futures;
mod hanging;
mod keys;
mod listeners;
mod reload;
mod riding;
mod spans;
mod text;
mod time;
mod unwinding;
