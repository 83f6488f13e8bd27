//! The future of a guarded call.

use std::{
    fmt,
    future::Future,
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll, ready},
};

use pin_project_lite::pin_project;

use crate::error::CircuitOpen;

use super::{call::Call, ending::Ending, judge::Judge};

pin_project! {
    /// The response of a [`CircuitBreakerService`](super::CircuitBreakerService), or its rejection.
    ///
    /// Dropped before it resolves, it is a cancelled call.
    pub struct ResponseFuture<F, V, W, M> {
        #[pin]
        state: State<F, V, W>,
        ending: PhantomData<fn() -> M>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<F, V, W> {
        Admitted {
            // Before the call, so that it is gone when the call is settled by its drop.
            #[pin]
            inner: F,
            call: Call,
            judge: Judge<V, W>,
        },
        Rejected { open: CircuitOpen },
    }
}

impl<F, V, W, M> ResponseFuture<F, V, W, M> {
    pub(super) fn admitted(inner: F, call: Call, judge: Judge<V, W>) -> Self {
        Self { state: State::Admitted { inner, call, judge }, ending: PhantomData }
    }

    pub(super) fn rejected(open: CircuitOpen) -> Self {
        Self { state: State::Rejected { open }, ending: PhantomData }
    }
}

impl<F, T, E, V, W, M> Future for ResponseFuture<F, V, W, M>
where
    F: Future<Output = Result<T, E>>,
    M: Ending<V, W, T, E>,
{
    type Output = Result<M::Response, M::Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().state.project() {
            StateProjection::Admitted { inner, call, judge } => {
                let result = ready!(call.run(|| inner.poll(context)));
                Poll::Ready(M::end(call, judge, result))
            }
            StateProjection::Rejected { open } => Poll::Ready(Err(M::open(open.clone()))),
        }
    }
}

impl<F, V, W, M> fmt::Debug for ResponseFuture<F, V, W, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("ResponseFuture");
        match &self.state {
            State::Admitted { call, .. } => shown.field("call", call),
            State::Rejected { open } => shown.field("open", open),
        };
        shown.finish_non_exhaustive()
    }
}
