//! What generated code calls. Not for use by hand: it changes without notice.
//!
//! An annotated function expands to a few lines over these, so that nothing is compiled again for each of them but the
//! call itself.

#[cfg(feature = "cache")]
mod cache;
mod call;
mod future;
mod key;
mod kind;
#[cfg(not(feature = "cache"))]
mod no_cache;
mod refused;
mod site;

#[cfg(feature = "cache")]
pub use cache::{CacheKey, CacheSite, Cacheable, Slot, Storable, slot};
pub use call::{
    Fallible, admit, call, count_fallback, ignored, nanos, open, refusal, run, run_or_fail, settle, settle_or_fail,
    verdict_if,
};
pub use future::{boxed, start};
pub use key::{Key, Showable, Shown, owned};
pub use kind::{Kind, NotAFuture, Plain};
pub use refused::{FromRefusal, Refusable, refused};
pub use site::{FamilySite, Site};
// The macro of the one or the other.
pub use crate::__breaker_cache as cache;
pub use crate::rejection::Rejection;
