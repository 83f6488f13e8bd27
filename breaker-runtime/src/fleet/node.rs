//! What one node of a fleet does: pure, without a clock and without input and output.
//!
//! [`Node::handle`] takes what happened and when, and gives what is to be done. Whoever drives it does that, and tells it
//! what came of it. So the whole protocol can be run under an event queue, with every fault: see `simulation`.
//!
//! The rules, and who keeps them:
//!
//! | rule | where |
//! |---|---|
//! | a local opening is a vote, until it ends | `local` |
//! | votes open the fleet; epochs and leases fence | [`Change::apply`], in the engine |
//! | while connected, local deadlines lie behind the fleet's | `hold` |
//! | one prober, after a jitter, if calls were rejected; the holder renews, settles, or yields | `lease` |
//! | closed: all close, within the ramp | `hear` |
//! | a newer epoch is written back to an engine that lost it | `hear` |
//! | overrides: newest epoch, tombstones, their end | `overrides` |
//! | polls, time-outs, back-off between sessions | `session` |

#[cfg(any(test, fuzzing))]
pub(crate) use self::event::Asked;
pub(crate) use self::{
    event::{Action, Event, Key, Local, LocalState, Notice, Waits},
    state::{Node, Options},
};

mod circuit;
mod event;
mod handle;
mod hear;
mod hold;
mod lease;
mod local;
mod overrides;
mod polling;
mod session;
mod state;
#[cfg(test)]
mod tests;
