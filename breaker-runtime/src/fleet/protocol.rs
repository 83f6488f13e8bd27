//! How the nodes of a fleet agree, for those who want to know, or to write an engine for another store.
//!
#![doc = include_str!("../../docs/fleet.md")]
