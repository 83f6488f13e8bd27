//! gRPC with `tonic`: what a status says about the service, and a layer for a channel.
//!
//! | word | for | what |
//! |---|---|---|
//! | [`verdict`] | `verdict = …` of the attribute | whether the call failed, by its status |
//! | [`unavailable`] | `open_error = …`, or a server's own answer | the status of a rejected call |
//! | [`CircuitBreakerLayer`] | a channel, under a generated client | judges each call by the status in its headers or trailers |
//!
//! # What counts
//! | status | verdict |
//! |---|---|
//! | `Unknown`, `DeadlineExceeded`, `ResourceExhausted`, `Internal`, `Unavailable`, `DataLoss` | failure |
//! | `Cancelled`, with the message of tonic's own time limit | failure |
//! | `Cancelled` otherwise, `Aborted` | ignored |
//! | a breaker further in rejected the call | ignored |
//! | `Ok`, and every other: `NotFound` shows that the service lives | success |
//!
//! ```
//! use breaker_runtime::{Verdict, integration::tonic::verdict};
//! use tonic::{Response, Status};
//!
//! let answer = |status| verdict::<()>(&Err(status));
//! assert_eq!(verdict(&Ok(Response::new("hello"))), Verdict::Success);
//! assert_eq!(answer(Status::not_found("no user 7")), Verdict::Success);
//! assert_eq!(answer(Status::unavailable("no connection")), Verdict::Failure);
//! assert_eq!(answer(Status::cancelled("the caller went away")), Verdict::Ignored);
//! assert_eq!(answer(Status::cancelled("Timeout expired")), Verdict::Failure);
//! ```
//!
//! tonic 0.14.6 and later need a newer Rust than this crate: 1.88.

pub use self::{
    layer::CircuitBreakerLayer,
    status::{ByStatus, unavailable, verdict},
    trailers::{AtTrailers, GuardedBody},
};

mod layer;
mod received;
mod status;
mod trailers;
