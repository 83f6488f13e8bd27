//! When a call is settled, and what becomes of its result.

use std::marker::PhantomData;

use crate::error::CircuitOpen;

use super::{
    call::Call,
    error::{Form, Typed},
    judge::{Judge, JudgesBy, WaitsBy},
};

/// Takes a call to its end, and its result to the caller.
pub trait Ending<V, W, T, E> {
    type Response;
    type Error;

    /// The circuit rejected the call.
    fn open(open: CircuitOpen) -> Self::Error;

    /// The inner service will never be ready.
    fn not_ready(error: E) -> Self::Error;

    /// The inner service's future is done.
    fn end(call: &mut Call, judge: &Judge<V, W>, result: Result<T, E>) -> Result<Self::Response, Self::Error>;
}

/// A call that ends at `At`, with an error in the form `F`.
#[derive(Debug)]
pub struct Ends<At = AtHead, F = Typed>(PhantomData<(At, F)>);

/// The call is settled when the response future resolves.
#[derive(Debug)]
pub enum AtHead {}

impl<V, W, T, E, F> Ending<V, W, T, E> for Ends<AtHead, F>
where
    V: JudgesBy<Result<T, E>>,
    W: WaitsBy<Result<T, E>>,
    F: Form<E>,
{
    type Response = T;
    type Error = F::Error;

    fn open(open: CircuitOpen) -> F::Error {
        F::open(open)
    }

    fn not_ready(error: E) -> F::Error {
        F::failed(error)
    }

    fn end(call: &mut Call, judge: &Judge<V, W>, result: Result<T, E>) -> Result<T, F::Error> {
        let (verdict, retry_after) = call.run(|| judge.judge(&result));
        call.settle(verdict, retry_after);
        result.map_err(F::failed)
    }
}
