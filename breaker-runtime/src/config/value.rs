//! Values of options, of whichever type.

use std::{fmt, time::Duration};

use crate::config::{on_cancel::OnCancel, window::Window};

/// The value of an option that is in force.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Value {
    Off,
    Count(u32),
    Number(f64),
    Duration(Duration),
    Window(Window),
    OnCancel(OnCancel),
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("off"),
            Self::Count(count) => count.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Duration(duration) => duration.fmt(f),
            Self::Window(window) => window.fmt(f),
            Self::OnCancel(on_cancel) => on_cancel.fmt(f),
        }
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Off, T::into)
    }
}

impl From<u32> for Value {
    fn from(count: u32) -> Self {
        Self::Count(count)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<Duration> for Value {
    fn from(duration: Duration) -> Self {
        Self::Duration(duration)
    }
}

impl From<Window> for Value {
    fn from(window: Window) -> Self {
        Self::Window(window)
    }
}

impl From<OnCancel> for Value {
    fn from(on_cancel: OnCancel) -> Self {
        Self::OnCancel(on_cancel)
    }
}
