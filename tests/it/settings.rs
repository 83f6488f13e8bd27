//! Settings by name, over those in the code.

use std::sync::{Mutex, MutexGuard, PoisonError};

use breaker_runtime::{Config, settings::Settings};

mod installed;
mod text;

/// What is installed is one for the program, so these tests take turns.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn ours(name: &'static str) -> Settings {
    Settings::new().set(name, Config::builder().failure_threshold(7))
}
