//! A call that lasts until its status is there.

use std::{
    error::Error,
    fmt, iter,
    pin::Pin,
    task::{Context, Poll, ready},
};

use http::Response;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use tonic::Status;

use crate::{
    error::CircuitOpen,
    integration::tower::{
        call::Call,
        ending::Ending,
        error::BoxError,
        judge::{Judge, JudgesBy, WaitsBy},
    },
    is_rejection::is_rejection,
    outcome::Verdict,
};

use super::{received, status::unavailable};

/// The call is settled by its status: in the headers of an answer that is nothing else, in the trailers of every other one.
#[derive(Debug)]
pub enum AtTrailers {}

impl<V, W, B, E> Ending<V, W, Response<B>, E> for AtTrailers
where
    V: JudgesBy<Status> + Clone,
    W: WaitsBy<Status> + Clone,
    B: Body,
    E: Into<BoxError>,
{
    type Response = Response<GuardedBody<B, V, W>>;
    type Error = Status;

    fn open(open: CircuitOpen) -> Status {
        unavailable(open)
    }

    fn not_ready(error: E) -> Status {
        Status::from_error(error.into())
    }

    fn end(call: &mut Call, judge: &Judge<V, W>, result: Result<Response<B>, E>) -> Result<Self::Response, Status> {
        let answer = match result {
            Ok(answer) => answer,
            Err(error) => {
                let error: BoxError = error.into();
                let received = has_status(&*error);
                let status = Status::from_error(error);
                if received || is_rejection(&status) {
                    settle(call, judge, Err(&status));
                } else {
                    // What tonic makes of a broken connection may be `Cancelled`, but the caller is still there.
                    call.settle(Verdict::Failure, None);
                }
                return Err(status);
            }
        };
        let status = received::read(answer.headers())
            .or_else(|| received::of_http(answer.status()).map(Err))
            .or_else(|| answer.body().is_end_stream().then(|| Err(received::missing())));
        match &status {
            Some(status) => settle(call, judge, status.as_ref().copied()),
            None => call.stop_timing(),
        }
        Ok(answer.map(|inner| GuardedBody { inner, call: call.take(), judge: judge.clone() }))
    }
}

fn has_status(error: &(dyn Error + 'static)) -> bool {
    iter::successors(Some(error), |&error| error.source()).any(|error| error.is::<Status>())
}

fn settle<V, W>(call: &mut Call, judge: &Judge<V, W>, status: Result<(), &Status>)
where
    V: JudgesBy<Status>,
    W: WaitsBy<Status>,
{
    let (verdict, retry_after) = match status {
        Ok(()) => (Verdict::Success, None),
        Err(status) if is_rejection(status) => (Verdict::Ignored, None),
        Err(status) => call.run(|| judge.judge(status)),
    };
    call.settle(verdict, retry_after);
}

pin_project! {
    /// The body of an answer, whose trailers are the end of the call.
    ///
    /// Of a [`CircuitBreakerLayer`](super::CircuitBreakerLayer). Dropped before them, the call was cancelled.
    pub struct GuardedBody<B, V, W> {
        #[pin]
        inner: B,
        call: Call,
        judge: Judge<V, W>,
    }
}

impl<B, V, W> Body for GuardedBody<B, V, W>
where
    B: Body,
    V: JudgesBy<Status>,
    W: WaitsBy<Status>,
{
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let mut this = self.project();
        let (frame, over) = ready!(this.call.run(|| {
            let frame = this.inner.as_mut().poll_frame(context);
            frame.map(|frame| (frame, this.inner.is_end_stream()))
        }));
        if !this.call.is_settled() {
            match &frame {
                Some(Ok(frame)) => match frame.trailers_ref().map(received::read) {
                    Some(Some(status)) => settle(this.call, this.judge, status.as_ref().copied()),
                    // A message: the service lives.
                    None if this.call.is_probe() => this.call.settle(Verdict::Success, None),
                    None if !over => {}
                    Some(None) | None => settle(this.call, this.judge, Err(&received::missing())),
                },
                Some(Err(_)) => this.call.settle(Verdict::Failure, None),
                None => settle(this.call, this.judge, Err(&received::missing())),
            }
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

impl<B, V, W> fmt::Debug for GuardedBody<B, V, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardedBody").field("call", &self.call).finish_non_exhaustive()
    }
}
