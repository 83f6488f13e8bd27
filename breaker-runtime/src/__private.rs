//! What generated code calls. Not for use by hand: it changes without notice.
//!
//! An annotated function expands to a few lines over these, so that nothing is compiled again for each of them but the
//! call itself.

use crate::family;

#[cfg(feature = "cache")]
mod cache;
mod call;
pub mod constant;
mod error_kind;
mod failed;
mod fallback;
mod future;
mod judge;
mod judged;
mod key;
mod keyed;
mod kind;
#[cfg(not(feature = "cache"))]
mod no_cache;
mod no_error;
mod own_breaker;
mod rejected;
mod search;
mod site;

// Attributes that look into functions know it by the name.
pub use std::boxed::Box;

// Defined by `cache` or by `no_cache`.
pub use crate::__breaker_cache as cache;
pub use crate::{guarded_call::GuardedCall, rejection::Rejection};
#[cfg(feature = "cache")]
pub use cache::{CACHE_CAPACITY, CacheKey, CacheSite, Cacheable, Slot, Storable, slot};
pub use call::{
    admit, admit_async, call, call_or_fail, call_settled, nanos, run, run_async, settle, settle_or_fail, settled,
};
pub use error_kind::{AnyCall, Boxed, BoxedCall, BoxedLocal, ErrorKind, Opaque, Standard};
pub use failed::Failed;
pub use fallback::{Fallback, fallback};
pub use future::start;
pub use judge::{By, ByOutcome, Judge, Unjudged};
pub use judged::{Fallible, Judged, failure_if, ignored, retry_after, verdict};
pub use key::{Key, KeyText, Showable, Shown, owned};
pub use keyed::{KeyedBreaker, SendKeyedBreaker, keyed, send_keyed};
pub use kind::{Kind, Plain};
pub use no_error::{NoError, NotAFuture, Value};
pub use own_breaker::{HoldsBreaker, HoldsFamily, OwnedBreaker, borrowed_breaker, borrowed_family, owned_breaker};
pub use rejected::{Failing, FromRejection, Rejectable, rejected, rejected_with, rejection_error};
pub use search::Search;
pub use site::{Configure, InSite, Plan, Settings, Site, config, labelled, labelled_family, named, named_family};

/// How many keys a keyed breaker keeps, if `max_keys` does not say it.
pub const MAX_KEYS: usize = family::MAX_KEYS;
