//! How to choose, combine, test and operate circuit breakers.
//!
// Its snippets want tokio and most features: they are tested where those are, beside the README's.
#![cfg_attr(not(doctest), doc = include_str!("../docs/guide.md"))]
