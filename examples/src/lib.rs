//! Runnable programs: `cargo run --example quickstart`.
