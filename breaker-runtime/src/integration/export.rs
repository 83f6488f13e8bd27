//! What all exporters of metrics share: what is read, and what it is called.

mod catalogue;
mod reading;
mod scope;

pub use self::scope::Scope;
pub(super) use self::{
    catalogue::{METRICS, Metric, Read},
    reading::Reading,
};
