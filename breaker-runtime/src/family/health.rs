//! The health of all keys of a family.

use std::sync::Arc;

use crate::{breaker::CircuitBreaker, health::BreakerHealth};

use super::CircuitBreakerFamily;

impl CircuitBreakerFamily {
    /// How each key's breaker is doing, in the order of their names.
    pub(crate) fn health(&self) -> Vec<BreakerHealth> {
        let (mut health, mut to_be_timed) = (Vec::with_capacity(self.len() + 1), Vec::new());
        // Most need no clock, and are read in place. A clock is the user's code, and not read under the shards' locks.
        self.visit(|breaker| match breaker.health_without_clock() {
            Some(seen) => health.push(seen),
            None => to_be_timed.push(Arc::clone(breaker)),
        });
        health.extend(to_be_timed.iter().map(|breaker| CircuitBreaker::health(breaker)));
        sorted(health)
    }
}

/// Sorts by name. Names of a family begin alike, so a few letters after that decide nearly every comparison, and stand where
/// they are compared.
fn sorted(health: Vec<BreakerHealth>) -> Vec<BreakerHealth> {
    let first = health.first().map_or("", |seen| seen.name.as_str());
    let common = health.iter().fold(first.len(), |common, seen| shared_start(&first[..common], &seen.name));
    let letters = |seen: &BreakerHealth| {
        let mut letters = [0; 8];
        let rest = &seen.name.as_bytes()[common..];
        let length = rest.len().min(letters.len());
        letters[..length].copy_from_slice(&rest[..length]);
        u64::from_be_bytes(letters)
    };
    let mut order: Vec<_> = health.iter().enumerate().map(|(place, seen)| (letters(seen), place)).collect();
    order.sort_unstable_by(|(a, one), (b, other)| a.cmp(b).then_with(|| health[*one].name.cmp(&health[*other].name)));
    let mut health: Vec<_> = health.into_iter().map(Some).collect();
    let mut sorted = Vec::with_capacity(health.len());
    sorted.extend(order.into_iter().filter_map(|(_, place)| health[place].take()));
    sorted
}

/// How many bytes both begin with, up to a whole letter.
fn shared_start(a: &str, b: &str) -> usize {
    let mut shared = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    while !a.is_char_boundary(shared) {
        shared -= 1;
    }
    shared
}
