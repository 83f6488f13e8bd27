//! A circuit breaker as a layer of a tower stack.
//!
//! ```
//! # use std::{convert::Infallible, future::Future, pin::pin, task::{Context, Poll, Waker}};
//! use std::{io, sync::Arc};
//! use breaker_runtime::{CallError, CircuitBreaker, Config, integration::tower::CircuitBreakerLayer};
//! use tower::{ServiceBuilder, ServiceExt, service_fn};
//!
//! # let program = async {
//! let breaker = Arc::new(CircuitBreaker::new("users", Config::builder().failure_threshold(1).build().unwrap()));
//! let users = ServiceBuilder::new()
//!     .layer(CircuitBreakerLayer::new(Arc::clone(&breaker)))
//!     .service(service_fn(|id: u32| async move { Err::<String, _>(io::Error::other(format!("no user {id}"))) }));
//!
//! assert!(matches!(users.clone().oneshot(7).await, Err(CallError::Failed(_))));
//! assert!(matches!(users.oneshot(7).await, Err(CallError::Open(_)))); // nothing was called
//! # };
//! # assert!(pin!(program).poll(&mut Context::from_waker(Waker::noop())).is_ready());
//! ```
//!
//! # What counts
//! `Ok` is a success and `Err` a failure, unless [`verdict`](CircuitBreakerLayer::verdict) says otherwise: see
//! [`http::verdict`](super#http-and-grpc). A panic of the inner service is a failure and goes on. A response future that is
//! dropped is a cancelled call, and one that was never made is none: an error of the inner service's `poll_ready` is
//! handed on and counts nothing.
//!
//! A layer knows nothing about `S::Error`, so it cannot see by itself that a breaker further in rejected the call. Where one
//! may, say `.verdict(tower::verdict)`, which looks into the errors; so does `http::verdict`.
//!
//! # Where in the stack
//! ```text
//! load shed, buffer      anywhere: a rejection is an answer, and never an error of `poll_ready`
//! retry                  outside: each attempt is a call of its own
//!   circuit breaker
//!     concurrency limit  inside: a rejected call takes no place in it, and gives back the one it had
//!       timeout          inside: an attempt without an answer in time is a failure; outside it is a cancelled call
//! ```
//!
//! # Readiness
//! `poll_ready` is ready at once while the circuit rejects, and that call will be rejected whatever happens until then. Else
//! it is ready when the inner service is, and `call` asks the circuit. So clones that are ready and wait hold none of its
//! permits.
//!
//! With [`keyed`](CircuitBreakerLayer::keyed) the key is known with the request only, so `poll_ready` is the inner
//! service's.

#[cfg(feature = "http")]
pub use self::whole_body::{GuardedBody, WholeBody};
pub use self::{
    breakers::{Keyed, One},
    ending::{AtHead, Ends},
    error::{BoxError, Boxed, Typed},
    future::ResponseFuture,
    judge::{ByResult, NoRetryAfter, verdict},
    layer::CircuitBreakerLayer,
    service::CircuitBreakerService,
};

pub(super) mod breakers;
pub(super) mod call;
pub(super) mod ending;
pub(super) mod error;
mod future;
mod guard;
pub(super) mod judge;
pub(super) mod layer;
pub(super) mod service;
#[cfg(feature = "http")]
pub(super) mod whole_body;
