//! What an operator asks of the fleet.

use std::{
    fmt,
    future::{Future, IntoFuture},
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use crate::fleet::{
    change::What,
    error::FleetError,
    inbox::Inbox,
    mode::Mode,
    order::Order,
    reply::reply,
    row::millis,
    text::{MAX_NAME, MAX_REASON, bounded, escape},
};

type Pending = Pin<Box<dyn Future<Output = Result<(), FleetError>> + Send>>;

/// An override that is to be set for the whole fleet: `await` it, on any runtime.
///
/// It fails with [`FleetError::Unreachable`] if the engine is down, and then changes nothing anywhere: use the controls of
/// the [`CircuitBreaker`](crate::CircuitBreaker) for this node alone.
#[must_use = "`await` it"]
pub struct OverrideRequest {
    inbox: Arc<Inbox>,
    name: String,
    mode: Mode,
    by: String,
    because: String,
    lasting: Option<Duration>,
}

impl OverrideRequest {
    pub(crate) fn new(inbox: Arc<Inbox>, name: String, mode: Mode, by: String) -> Self {
        Self { inbox, name, mode, by, because: String::new(), lasting: None }
    }

    /// Who sets it; this node by default. At most 500 bytes are kept.
    pub fn by(mut self, who: impl AsRef<str>) -> Self {
        bounded(who.as_ref(), MAX_REASON).clone_into(&mut self.by);
        self
    }

    /// Why, for those who see it. At most 500 bytes are kept.
    pub fn because(mut self, why: impl AsRef<str>) -> Self {
        bounded(why.as_ref(), MAX_REASON).clone_into(&mut self.because);
        self
    }

    /// For how long; by default until it is reset.
    pub fn lasting(mut self, time: Duration) -> Self {
        self.lasting = Some(time);
        self
    }
}

impl IntoFuture for OverrideRequest {
    type Output = Result<(), FleetError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<(), FleetError>> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { inbox, name, mode, by, because, lasting } = self;
        send(&inbox, &name, What::Override { mode, by, because, lasting: lasting.map(millis) })
    }
}

impl fmt::Debug for OverrideRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OverrideRequest").field("name", &self.name).field("mode", &self.mode).finish_non_exhaustive()
    }
}

/// An override that is to be lifted for the whole fleet, and a circuit that is to be closed: `await` it, on any runtime.
#[must_use = "`await` it"]
pub struct ResetRequest {
    inbox: Arc<Inbox>,
    name: String,
    by: String,
}

impl ResetRequest {
    pub(crate) fn new(inbox: Arc<Inbox>, name: String, by: String) -> Self {
        Self { inbox, name, by }
    }

    /// Who resets it; this node by default. At most 500 bytes are kept.
    pub fn by(mut self, who: impl AsRef<str>) -> Self {
        bounded(who.as_ref(), MAX_REASON).clone_into(&mut self.by);
        self
    }
}

impl IntoFuture for ResetRequest {
    type Output = Result<(), FleetError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<(), FleetError>> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        send(&self.inbox, &self.name, What::Reset { by: self.by })
    }
}

impl fmt::Debug for ResetRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResetRequest").field("name", &self.name).finish_non_exhaustive()
    }
}

fn send(inbox: &Inbox, name: &str, what: What) -> Pending {
    let (answer, waiting) = reply();
    if name.is_empty() || name.len() > MAX_NAME {
        answer.give(Err(FleetError::Option(format!("a name has 1 to {MAX_NAME} bytes"))));
    } else {
        inbox.order(Order::Change { name: escape(name), what: Box::new(what), answer });
    }
    Box::pin(waiting)
}
