//! What all exporters of metrics share: what is read, and what it is called.

mod families;
mod reading;
mod scope;

pub use self::scope::Scope;
pub(super) use self::{
    families::{FAMILIES, Family, Read},
    reading::Reading,
};
