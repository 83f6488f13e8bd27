//! Instructions of a guarded call, counted by callgrind: the same in every run, so a change that costs more than a tenth
//! fails. `.ci/instructions` installs what the benchmarks need, and runs them.
//!
//! A package of its own: it is built optimised, and needs none of what the other tests need.

use gungraun::{Callgrind, EventKind, prelude::LibraryBenchmarkConfig};

/// How often a benchmark calls.
pub const CALLS: u64 = 100;

/// The setting of a benchmark whose calls take `bare` instructions, and `budget` more. A tenth of the budget is left for what
/// the compiler makes of it.
#[must_use]
pub fn at_most(bare: u64, budget: u64) -> LibraryBenchmarkConfig {
    let mut callgrind = Callgrind::default();
    callgrind.hard_limits([(EventKind::Ir, CALLS * bare + CALLS * budget * 11 / 10)]);
    let mut config = LibraryBenchmarkConfig::default();
    config.tool(callgrind);
    config
}
