//! What generated code calls. Not for use by hand: it changes without notice.
//!
//! An annotated function expands to a few lines over these, so that nothing is compiled again for each of them but the
//! call itself.

mod call;
mod future;
mod key;
mod kind;
mod refused;
mod site;

pub use call::{Fallible, call, ignored, nanos, refusal, run, run_or_fail, settle, settle_or_fail, verdict_if};
pub use future::{boxed, start};
pub use key::{Key, Showable, Shown};
pub use kind::{Kind, NotAFuture, Plain};
pub use refused::{FromRefusal, Refusable, refused};
pub use site::{FamilySite, Identity, Site};
