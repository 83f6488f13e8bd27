//! What generated code calls. Not for use by hand: it changes without notice.
//!
//! An annotated function expands to a few lines over these, so that nothing is compiled again for each of them but the
//! call itself.

use crate::family;

#[cfg(feature = "cache")]
mod cache;
mod call;
mod future;
mod key;
mod keyed;
mod kind;
#[cfg(not(feature = "cache"))]
mod no_cache;
mod rejected;
mod site;

// Defined by `cache` or by `no_cache`.
pub use crate::__breaker_cache as cache;
pub use crate::refusal::Refusal as Rejection;
#[cfg(feature = "cache")]
pub use cache::{CACHE_CAPACITY, CacheKey, CacheSite, Cacheable, Slot, Storable, slot};
pub use call::{
    Fallible, admit, call, count_fallback, ignored, nanos, rejection_error, rejection_error_like, run, run_or_fail,
    settle, settle_or_fail, verdict_if,
};
pub use future::{boxed, start};
pub use key::{Key, Showable, Shown, owned};
pub use keyed::{KeyedBreaker, keyed};
pub use kind::{Kind, NotAFuture, Plain};
pub use rejected::{FromRejection, Rejectable, rejected};
pub use site::{Configure, Kept, Site, labelled, labelled_family, named, named_family};

/// How many keys a keyed breaker keeps, if `max_keys` does not say it.
pub const MAX_KEYS: usize = family::MAX_KEYS;
