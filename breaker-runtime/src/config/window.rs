//! How far a rate looks back.

use std::time::Duration;

/// The sliding window of a rate.
///
/// A `u32` and a [`Duration`] turn into one, so [`window`](crate::ConfigBuilder::window) takes them as they are.
///
/// ```
/// use std::time::Duration;
/// use breaker_runtime::{Config, Window};
///
/// assert_eq!(Window::from(100), Window::Calls(100));
/// let config = Config::builder().failure_rate(0.5).window(Duration::from_secs(10)).build()?;
/// assert_eq!(config.window(), Some(Window::Time(Duration::from_secs(10))));
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Window {
    /// The last so many recorded calls: one in, one out. From 1 to 10,000,000, of two bits each.
    Calls(u32),
    /// The calls of the last so long, in ten buckets: a call leaves after at most this time and at least nine tenths of
    /// it. At least a microsecond.
    Time(Duration),
}

impl From<u32> for Window {
    fn from(calls: u32) -> Self {
        Self::Calls(calls)
    }
}

impl From<Duration> for Window {
    fn from(time: Duration) -> Self {
        Self::Time(time)
    }
}
