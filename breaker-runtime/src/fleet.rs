//! One circuit for all processes of a service, on Redis.
//!
//! Ten replicas of a service learn ten times that a dependency is down, and probe it ten times at once when it comes back;
//! an operator who opens a circuit by hand reaches one of them. In a fleet they share what each finds out:
//!
//! ```
//! use std::time::Duration;
//! use breaker_runtime::fleet::Fleet;
//!
//! # fn main() -> Result<(), breaker_runtime::fleet::FleetError> {
//! let fleet = Fleet::builder("redis://cache:6379")
//!     .namespace("shop")                            // the name of your service
//!     .quorum(2)                                    // nodes that must open a circuit before it opens for all
//!     .share(["user-service", "payments"])          // default: every breaker with an explicit name
//!     .start()?;                                    // never waits for Redis, and does not fail because it is down
//! # drop(fleet);
//! # Ok(())
//! # }
//! ```
//!
//! and an operator reaches all of them at once, from any of them:
//!
//! ```no_run
//! # use std::time::Duration;
//! # async fn operate(fleet: breaker_runtime::fleet::Fleet) -> Result<(), breaker_runtime::fleet::FleetError> {
//! fleet.force_open("payments").by("ann").because("INC-4711").lasting(Duration::from_secs(3600)).await?;
//! fleet.reset("payments").by("ann").await?;
//! # Ok(())
//! # }
//! ```
//!
//! # What it promises
//! - **A call never touches the network**, in no state, and costs what it costs without a fleet. A thread of the fleet's own
//!   does the rest.
//! - **A circuit that opens here is open here at once.** The others hear of it, and when `quorum` nodes have opened it, it
//!   opens for all; one bad node opens no circuit but its own.
//! - **One node probes for all**, one episode after another. When its probes succeed, all close, within
//!   [`ramp`](FleetBuilder::ramp) one after another.
//! - **Redis being down is no outage.** Each node then goes on as if it were alone, [`grace`](FleetBuilder::grace) later than
//!   the fleet would have, and what Redis has lost is written back when it is there again.
//! - What an operator sets for all stands until it is reset or its time is over: over a file's mode, under a hand on the node
//!   itself ([`CircuitBreaker::force_open`](crate::CircuitBreaker::force_open)).
//!
//! # What it does not
//! - Nodes do not share counts, windows or keys' eviction, only that a circuit opened, is probed, or closed.
//! - Of two nodes with a quorum of 2, what one opens stays its own. With a quorum of 1 any node opens for all.
//! - Redis is trusted to be one: whoever can write to it can open and close circuits. What it sends is bounded and checked;
//!   what makes no sense is counted, told to `tracing`, and passed over.
//!
//! How it works is in [`protocol`]. The [guide](crate::guide#a-fleet) has the rights that the user of Redis needs, Sentinel, Cluster, and what an operator
//! does.

pub(crate) use self::node::Notice;
#[cfg(feature = "tracing")]
pub(crate) use self::text::shown;
pub use self::{
    builder::FleetBuilder,
    change::{Change, Effect, Surroundings},
    engine::{Changed, Engine, EngineError, News, Poll, Polled, published},
    error::FleetError,
    handle::Fleet,
    memory::MemoryEngine,
    mode::Mode,
    request::{OverrideRequest, ResetRequest},
    row::{MalformedRow, Row},
    view::{FleetCircuit, FleetHealth, FleetOverride, FleetState, FleetStatus, FleetView},
};

mod breakers;
mod builder;
mod change;
mod driver;
mod engine;
mod error;
#[cfg(fuzzing)]
pub mod fuzz;
mod handle;
mod inbox;
mod memory;
mod mode;
mod namespace;
mod node;
mod order;
pub mod protocol;
mod published;
mod redis;
mod reply;
mod request;
mod row;
mod seen;
mod sharing;
#[cfg(test)]
mod simulation;
mod text;
mod time;
pub(crate) mod view;
