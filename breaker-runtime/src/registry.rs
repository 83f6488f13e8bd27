//! Every named breaker of the program.
//!
//! | file | what it does |
//! |---|---|
//! | `face` | the registry as its users hold it: breakers by name |
//! | `contents`, `catalogue` | what stands under its lock |
//! | `creation` | makes breakers and families by name |
//! | `declare` | lets breakers be seen before their first call |
//! | `register`, `registered` | keep breakers of the user's own, weakly |
//! | `overrides` | puts settings over those in the code |
//! | `conflicts`, `changed` | keep the conflicts, each once, and tell of them |
//! | `listening`, `recent` | who is told of transitions; the last ones |
//! | `isolated`, `places` | a registry of a test's own (feature `testing`) |

use once_cell::sync::Lazy;

#[cfg(feature = "macros")]
pub(crate) use self::changed::Changed;
pub(crate) use self::registered::RegisteredTotals;
pub use self::{declare::Declare, face::Registry};

mod catalogue;
mod changed;
mod conflicts;
mod contents;
mod creation;
mod declare;
mod face;
#[cfg(feature = "testing")]
pub(crate) mod isolated;
mod listening;
mod overrides;
#[cfg(all(feature = "macros", feature = "testing"))]
mod places;
mod recent;
mod register;
mod registered;

/// The registry of this program: the breakers of all annotated functions that have been called, those made by
/// [`Registry::get_or_create`] and [`Registry::get_or_create_family`], and those that were [registered](Registry::register).
///
/// ```
/// use breaker_runtime::{Config, registry};
///
/// let users = registry().get_or_create("users", Config::default());
/// users.trip();
/// assert_eq!(registry().get("users").unwrap().state().as_str(), "open");
/// ```
#[must_use]
pub fn registry() -> &'static Registry {
    #[cfg(feature = "testing")]
    if let Some(own) = isolated::innermost() {
        return own;
    }
    static REGISTRY: Lazy<Registry> = Lazy::new(|| Registry::new(None));
    &REGISTRY
}
