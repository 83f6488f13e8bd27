//! How it works inside: the way of a call, the word, the lock, the windows and the clocks.
//!
#![doc = include_str!("../docs/architecture.md")]
