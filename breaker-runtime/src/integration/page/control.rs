//! The buttons.

use std::sync::Arc;

use axum::{Json, http::StatusCode};
use serde::Deserialize;

use crate::{breaker::CircuitBreaker, registry::registry};

#[derive(Deserialize)]
pub(super) struct Order {
    /// Of a breaker, of one key (`name[key]`), or of a family: then all keys that there are. All that go by it are meant.
    name: String,
    command: Command,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Command {
    ForceOpen,
    Reset,
}

/// The body is JSON, by its content type: a form of another site cannot send that.
pub(super) async fn control(Json(Order { name, command }): Json<Order>) -> StatusCode {
    let mut done = false;
    for breaker in named(&name) {
        command.give(&breaker);
        done = true;
    }
    if let Some(breaker) = registry().get(&name) {
        command.give(breaker);
        done = true;
    }
    if done { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }
}

/// The registered breakers and the keys that go by this name, and all keys of a family of this name.
fn named(name: &str) -> Vec<Arc<CircuitBreaker>> {
    let registered = registry().registered().into_iter().filter(|breaker| breaker.name() == name);
    let families = registry().families().flat_map(|family| {
        let all = family.name() == name;
        family.iter().map(|(_, breaker)| breaker).filter(move |breaker| all || breaker.name() == name)
    });
    registered.chain(families).collect()
}

impl Command {
    fn give(&self, breaker: &CircuitBreaker) {
        match self {
            Self::ForceOpen => breaker.force_open(),
            Self::Reset => breaker.reset(),
        }
    }
}
