//! Which half-open probes run on this thread, so that calls inside them can ride on them.
//!
//! A function that calls another one of the same breaker, or itself, would need a second permit in the middle of its
//! probe. Where there is none, the probe would fail by its own breaker's doing, and the circuit would never close again.

use std::cell::RefCell;

use crate::word::Ticket;

thread_local! {
    static SCOPES: RefCell<Vec<Scope>> = const { RefCell::new(Vec::new()) };
}

/// A probe whose body runs on this thread, the innermost last.
struct Scope {
    /// The address of the breaker's machine, which its permit borrows and so keeps in place.
    breaker: usize,
    ticket: Ticket,
    riders: Riders,
}

/// What is known of the calls that rode on a probe.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Riders {
    pub(crate) any: bool,
    pub(crate) succeeded: bool,
}

/// Marks that the body of a probe runs on this thread, until [`leave`].
#[cold]
pub(crate) fn enter(breaker: usize, ticket: Ticket) {
    with(|scopes| scopes.push(Scope { breaker, ticket, riders: Riders::default() }));
}

/// Ends the innermost scope of this probe, and returns what rode on it meanwhile.
#[cold]
pub(crate) fn leave(breaker: usize, ticket: Ticket) -> Riders {
    with(|scopes| {
        let place = scopes.iter().rposition(|scope| scope.breaker == breaker && scope.ticket == ticket)?;
        Some(scopes.remove(place).riders)
    })
    .flatten()
    .unwrap_or_default()
}

/// Returns whether a probe of this very episode runs on this thread.
pub(crate) fn contains(breaker: usize, ticket: Ticket) -> bool {
    with(|scopes| find(scopes, breaker, Some(ticket)).is_some()).unwrap_or(false)
}

/// Notes that a call rides, if a probe of this episode runs here.
pub(crate) fn ride(breaker: usize, ticket: Ticket) -> bool {
    with(|scopes| match find(scopes, breaker, Some(ticket)) {
        Some(scope) => {
            scope.riders.any = true;
            true
        }
        None => false,
    })
    .unwrap_or(false)
}

/// Notes that a call that rode on a probe of this breaker succeeded.
pub(crate) fn rider_succeeded(breaker: usize) {
    with(|scopes| {
        if let Some(scope) = find(scopes, breaker, None) {
            scope.riders.succeeded = true;
        }
    });
}

fn find(scopes: &mut [Scope], breaker: usize, ticket: Option<Ticket>) -> Option<&mut Scope> {
    scopes.iter_mut().rev().find(|scope| scope.breaker == breaker && ticket.is_none_or(|ticket| scope.ticket == ticket))
}

/// `None` while the thread ends: nothing rides there.
fn with<T>(f: impl FnOnce(&mut Vec<Scope>) -> T) -> Option<T> {
    SCOPES.try_with(|scopes| f(&mut scopes.borrow_mut())).ok()
}
