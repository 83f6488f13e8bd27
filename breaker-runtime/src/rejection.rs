//! A rejected call, before it is known what its caller makes of it.

use std::time::Duration;

use crate::{error::CircuitOpen, name::Name, word::Word};

/// What a rejected call becomes an error from. A fallback that takes only the arguments never asks for the error, so the
/// name is not cloned before somebody does.
///
/// Plain words beside the reference: it is returned by value from the path that rejects calls.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "macros"), expect(unreachable_pub, reason = "generated code is what names it"))]
pub struct Rejection<'a> {
    name: &'a Name,
    word: Word,
    /// Nanoseconds until probes are admitted; [`u64::MAX`] if time alone will not do it.
    left: u64,
}

impl<'a> Rejection<'a> {
    #[inline]
    pub(crate) fn new(name: &'a Name, word: Word, left: Option<u64>) -> Self {
        Self { name, word, left: left.unwrap_or(u64::MAX) }
    }

    /// Returns the error that the caller gets.
    #[inline]
    pub(crate) fn into_error(self) -> CircuitOpen {
        CircuitOpen {
            name: self.name.clone(),
            state: self.word.state(),
            retry_after: (self.left != u64::MAX).then(|| Duration::from_nanos(self.left)),
        }
    }
}
