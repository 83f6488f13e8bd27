//! A call that lasts until the body of its answer ends, of `reqwest`.

use reqwest::{Body, Response, ResponseBuilderExt};

use crate::{
    error::CircuitOpen,
    integration::tower::{
        call::Call,
        ending::{Ending, Ends},
        error::Form,
        judge::{Judge, JudgesBy, WaitsBy},
        whole_body::{WholeBody, hold},
    },
};

impl<V, W, E, F> Ending<V, W, Response, E> for Ends<WholeBody, F>
where
    V: JudgesBy<Result<Response, E>>,
    W: WaitsBy<Result<Response, E>>,
    F: Form<E>,
{
    type Response = Response;
    type Error = F::Error;

    fn open(open: CircuitOpen) -> F::Error {
        F::open(open)
    }

    fn not_ready(error: E) -> F::Error {
        F::failed(error)
    }

    fn end(call: &mut Call, judge: &Judge<V, W>, result: Result<Response, E>) -> Result<Response, F::Error> {
        let (verdict, retry_after) = call.run(|| judge.judge(&result));
        match result {
            Ok(answer) => {
                let url = answer.url().clone();
                let (mut head, body) = hold(call, verdict, retry_after, answer.into()).into_parts();
                // The address is no part of an answer of `http`, but may be among its extensions.
                if let Ok(with_url) = http::Response::builder().url(url).body(()) {
                    head.extensions.extend(with_url.into_parts().0.extensions);
                }
                Ok(http::Response::from_parts(head, Body::wrap(body)).into())
            }
            Err(error) => {
                call.settle(verdict, retry_after);
                Err(F::failed(error))
            }
        }
    }
}
