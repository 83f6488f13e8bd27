//! The settings of a breaker. What exists has been checked as a whole.

pub use self::{
    error::ConfigError,
    on_cancel::OnCancel,
    options::{Config, ConfigBuilder},
    window::Window,
};

mod builder;
pub(crate) mod check;
mod error;
mod getters;
mod on_cancel;
pub(crate) mod options;
mod relations;
pub(crate) mod value;
mod window;
