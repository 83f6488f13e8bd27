//! The checks of constants, which the compiler evaluates. `rule` is what it says if one is out of range.

use std::time::Duration;

use crate::config::{
    self,
    check::{LARGEST_WINDOW, SHORTEST_WINDOW},
};

/// A count that is at least 1.
#[track_caller]
pub const fn at_least_one(value: u32, most: u32, rule: &'static str) {
    assert!(value >= 1 && value <= most, "{}", rule);
}

/// A count that may be 0.
#[track_caller]
pub const fn at_most(value: u32, most: u32, rule: &'static str) {
    assert!(value <= most, "{}", rule);
}

/// A number of keys or values.
#[track_caller]
pub const fn size(value: usize, rule: &'static str) {
    assert!(value >= 1, "{}", rule);
}

/// A duration.
#[track_caller]
pub const fn wait(value: Duration, rule: &'static str) {
    assert!(!value.is_zero(), "{}", rule);
}

/// A share over 0.0.
#[track_caller]
pub const fn rate(value: f64, rule: &'static str) {
    assert!(value > 0.0 && value <= 1.0, "{}", rule);
}

/// A share that may be 0.0.
#[track_caller]
pub const fn share(value: f64, rule: &'static str) {
    assert!(value >= 0.0 && value <= 1.0, "{}", rule);
}

/// A factor.
#[track_caller]
pub const fn factor(value: f64, rule: &'static str) {
    assert!(value >= 1.0 && value <= f64::MAX, "{}", rule);
}

/// A breaker's name.
#[track_caller]
pub const fn name(value: &'static str) {
    assert!(!value.trim_ascii().is_empty(), "`name` is empty");
}

/// A window, which is of one of three types.
#[derive(Clone, Copy, Debug)]
pub struct Window<T>(pub T);

impl Window<u32> {
    /// A number of calls.
    #[track_caller]
    pub const fn check(self) {
        assert!(self.0 >= 1 && self.0 <= LARGEST_WINDOW, "`window` holds from 1 to 10000000 calls");
    }
}

impl Window<Duration> {
    /// A time.
    #[track_caller]
    pub const fn check(self) {
        assert!(self.0.as_nanos() >= SHORTEST_WINDOW.as_nanos(), "`window` is at least a microsecond long");
    }
}

impl Window<config::Window> {
    /// Either.
    #[track_caller]
    pub const fn check(self) {
        match self.0 {
            config::Window::Calls(calls) => Window(calls).check(),
            config::Window::Time(time) => Window(time).check(),
        }
    }
}

/// No type of a window: the builder's method says so.
macro_rules! no_window {
    ($($ty:ty),*) => {$(
        impl Window<$ty> {
            /// Nothing to check.
            pub const fn check(self) {}
        }
    )*};
}

no_window!(i8, u8, i16, u16, i32, i64, u64, i128, u128, isize, usize, f32, f64, &'static str);
