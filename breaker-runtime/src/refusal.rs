//! A refused call, before it is known what its caller makes of it.

use crate::{CircuitBreaker, CircuitOpen, machine::Refused};

/// What a refused call becomes an error from: a fallback that takes only the arguments never asks for it.
#[derive(Debug)]
#[cfg_attr(not(feature = "macros"), expect(unreachable_pub, reason = "generated code is what names it"))]
pub struct Refusal<'a> {
    breaker: &'a CircuitBreaker,
    refused: Refused,
}

impl<'a> Refusal<'a> {
    #[inline]
    pub(crate) fn new(breaker: &'a CircuitBreaker, refused: Refused) -> Self {
        Self { breaker, refused }
    }

    #[inline]
    pub(crate) fn into_error(self) -> CircuitOpen {
        self.breaker.told(self.refused)
    }
}
