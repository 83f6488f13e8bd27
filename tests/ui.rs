//! What the compiler says of mistakes. `TRYBUILD=overwrite cargo test -p breaker-tests --test ui` writes the messages
//! anew, to be read before they are kept.

use std::process::Command;

/// The messages are rustc's too, and their wording is its own from release to release.
const WRITTEN_WITH: &str = "rustc 1.95.";

#[test]
fn every_mistake_has_its_message() {
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    let version = Command::new(rustc).arg("--version").output().expect("rustc built this test");
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    if !version.starts_with(WRITTEN_WITH) {
        println!("skipped: the messages were written with {WRITTEN_WITH}x, this is {}", version.trim());
        return;
    }
    trybuild::TestCases::new().compile_fail("ui/fail/*.rs");
}

#[test]
fn what_is_right_compiles_under_strict_lints() {
    trybuild::TestCases::new().pass("ui/pass/*.rs");
}
