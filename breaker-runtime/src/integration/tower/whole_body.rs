//! A call that lasts until the body of its answer ends.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use http::Response;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use crate::{error::CircuitOpen, outcome::Verdict};

use super::{
    call::Call,
    ending::{AtHead, Ending, Ends},
    error::Form,
    judge::{Judge, JudgesBy, WaitsBy},
    layer::CircuitBreakerLayer,
};

impl<B, V, W, F> CircuitBreakerLayer<B, V, W, Ends<AtHead, F>> {
    /// Settles a call when the body of its answer ends, not when the head is there. With the feature `http`, for services
    /// that answer with an `http::Response`.
    ///
    /// | the body | the call |
    /// |---|---|
    /// | ends, or is empty | succeeded |
    /// | breaks | failed |
    /// | is dropped before its end | was cancelled: so read the body, also where only the status is wanted |
    ///
    /// A head that is no success is settled at once. So is a probe of a half-open circuit, by its head alone: a few long
    /// streams that go well would hold the circuit half-open as long as they last. A call is slow by the time to its head.
    ///
    /// ```
    /// use std::{io, sync::Arc};
    /// use breaker_runtime::{CircuitBreaker, Config, integration::{http, tower::CircuitBreakerLayer}};
    /// use ::http::{Request, Response};
    /// use tower::{Layer, service_fn};
    ///
    /// let breaker = Arc::new(CircuitBreaker::new("files", Config::default()));
    /// let layer = CircuitBreakerLayer::new(breaker).verdict(http::verdict).whole_body();
    /// # async fn get(_: Request<()>) -> io::Result<Response<String>> { Ok(Response::default()) }
    /// let client = layer.layer(service_fn(get));
    /// # let _ = tower::ServiceExt::oneshot(client, Request::new(()));
    /// ```
    pub fn whole_body(self) -> CircuitBreakerLayer<B, V, W, Ends<WholeBody, F>> {
        self.ending()
    }
}

/// The call is settled when the body ends, a probe by its head.
#[derive(Debug)]
pub enum WholeBody {}

impl<V, W, B, E, F> Ending<V, W, Response<B>, E> for Ends<WholeBody, F>
where
    V: JudgesBy<Result<Response<B>, E>>,
    W: WaitsBy<Result<Response<B>, E>>,
    B: Body,
    F: Form<E>,
{
    type Response = Response<GuardedBody<B>>;
    type Error = F::Error;

    fn open(open: CircuitOpen) -> F::Error {
        F::open(open)
    }

    fn not_ready(error: E) -> F::Error {
        F::failed(error)
    }

    fn end(call: &mut Call, judge: &Judge<V, W>, result: Result<Response<B>, E>) -> Result<Self::Response, F::Error> {
        let (verdict, retry_after) = call.run(|| judge.judge(&result));
        match result {
            Ok(answer) => Ok(hold(call, verdict, retry_after, answer)),
            Err(error) => {
                call.settle(verdict, retry_after);
                Err(F::failed(error))
            }
        }
    }
}

/// Settles the call by its head, or puts it into the body that will.
pub(in crate::integration) fn hold<B: Body>(
    call: &mut Call,
    verdict: Verdict,
    retry_after: Option<Duration>,
    answer: Response<B>,
) -> Response<GuardedBody<B>> {
    // A body that is over already is read by nobody: that of a 204, or the answer to a HEAD.
    if verdict == Verdict::Success && !call.is_probe() && !answer.body().is_end_stream() {
        call.stop_timing();
    } else {
        call.settle(verdict, retry_after);
    }
    answer.map(|inner| GuardedBody { inner, call: call.take() })
}

pin_project! {
    /// The body of an answer, whose end is the end of the call.
    ///
    /// Of [`whole_body`](super::CircuitBreakerLayer::whole_body). Dropped before its end, the call was cancelled.
    pub struct GuardedBody<B> {
        #[pin]
        inner: B,
        call: Call,
    }
}

impl<B: Body> Body for GuardedBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let mut this = self.project();
        let (frame, over) = ready!(this.call.run(|| {
            let frame = this.inner.as_mut().poll_frame(context);
            // Whoever reads a body of known length stops after its last byte, and does not ask for the end.
            frame.map(|frame| (frame, this.inner.is_end_stream()))
        }));
        match &frame {
            Some(Err(_)) => this.call.settle(Verdict::Failure, None),
            Some(Ok(_)) if !over => {}
            Some(Ok(_)) | None => this.call.settle(Verdict::Success, None),
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl<B> fmt::Debug for GuardedBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardedBody").field("call", &self.call).finish_non_exhaustive()
    }
}
