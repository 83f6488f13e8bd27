//! What a caller gets when the circuit is open.

use std::{error::Error, fmt, io, time::Duration};

use crate::{escaped::Escaped, name::Name, state::State};

/// A call was rejected: the dependency is known to be down, and the function was not called.
///
/// A guarded function returns it in its own error type. In an `anyhow::Error` or a boxed error it is found by downcast,
/// so that a retry layer can stop, or wait for [`retry_after`](Self::retry_after). It turns into an [`io::Error`] of kind
/// [`Other`](io::ErrorKind::Other), which carries it. [`CircuitBreaker::call`](crate::CircuitBreaker::call) gives a
/// [`CallError`] instead, whose source it is: see [`CallError::open`].
///
/// ```
/// use std::{io, time::Duration};
/// use breaker_runtime::{CircuitBreaker, CircuitOpen, Config};
///
/// let breaker = CircuitBreaker::new("users", Config::default());
/// breaker.trip();
/// let rejected = breaker.try_acquire().unwrap_err();
/// assert_eq!(rejected.name, "users");
/// assert!(rejected.retry_after.unwrap() <= Duration::from_secs(60));
///
/// println!("{rejected}"); // circuit breaker `users` is open, retry after 60s
///
/// let error = io::Error::from(rejected);
/// assert!(error.get_ref().unwrap().is::<CircuitOpen>());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct CircuitOpen {
    /// The breaker that rejected.
    pub name: Name,
    /// `Open`, `HalfOpen` (all its probes are out) or `ForcedOpen`.
    pub state: State,
    /// How long until the circuit admits probes, on the system's clock to within a few ticks of it (1 to 10 ms each).
    /// `None` if time alone will not do it: half-open, forced open, or a recovery timeout of `Duration::MAX`. `Display`
    /// rounds it up to milliseconds.
    pub retry_after: Option<Duration>,
}

impl fmt::Display for CircuitOpen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "circuit breaker `{}` is {}", Escaped(&self.name), self.state)?;
        match self.retry_after {
            Some(wait) => write!(f, ", retry after {:?}", in_millis(wait)),
            None => Ok(()),
        }
    }
}

impl Error for CircuitOpen {}

/// Rounded up to milliseconds: a caller that waits this long is never early.
pub(crate) fn in_millis(wait: Duration) -> Duration {
    Duration::from_millis(u64::try_from(wait.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX))
}

impl From<CircuitOpen> for io::Error {
    /// An error of kind [`Other`](io::ErrorKind::Other) that carries the rejection.
    fn from(rejected: CircuitOpen) -> Self {
        Self::other(rejected)
    }
}

/// Why a guarded call has no value: it was rejected, or it ran and failed.
///
/// A failed call's error shows itself: the text is the cause's, and the [`source`](std::error::Error::source) is the cause's
/// source. Of a rejected one the source is the [`CircuitOpen`]. So a line that prints `{error}` names the cause, and a report
/// of the chain of sources writes each once.
///
/// Exhaustive on purpose: a guarded call fails in these two ways and in no other.
///
/// ```
/// use breaker_runtime::{CallError, CircuitBreaker, Config};
///
/// let breaker = CircuitBreaker::new("users", Config::default());
/// let error = breaker.call(|| Err::<(), _>("down")).unwrap_err();
/// assert_eq!(error, CallError::Failed("down"));
///
/// breaker.trip();
/// let error = breaker.call(|| Err::<(), _>("down")).unwrap_err();
/// assert!(matches!(error, CallError::Open(rejected) if rejected.name == "users"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CallError<E> {
    /// The call was rejected and did not run.
    Open(CircuitOpen),
    /// The call ran; this is what it returned.
    Failed(E),
}

impl<E> CallError<E> {
    /// The rejection; `None` if the call ran.
    ///
    /// ```
    /// use std::{error::Error, io, time::Duration};
    /// use breaker_runtime::{CallError, CircuitBreaker, Config};
    ///
    /// let breaker = CircuitBreaker::new("users", Config::default());
    /// breaker.trip();
    /// let error = breaker.call(|| io::Result::Ok(7)).unwrap_err();
    /// let wait = error.open().and_then(|rejected| rejected.retry_after);
    /// assert!(wait.is_some_and(|wait| wait <= Duration::from_secs(60)));
    ///
    /// assert_eq!(error.to_string(), "the call was rejected");
    /// assert!(error.source().unwrap().to_string().starts_with("circuit breaker `users` is open, retry after "));
    ///
    /// // In a box it is the whole that is found by downcast.
    /// let boxed: Box<dyn Error> = error.into();
    /// assert!(boxed.downcast_ref::<CallError<io::Error>>().is_some_and(|error| error.open().is_some()));
    /// ```
    #[must_use]
    pub fn open(&self) -> Option<&CircuitOpen> {
        match self {
            Self::Open(rejected) => Some(rejected),
            Self::Failed(_) => None,
        }
    }

    /// Returns the call's own error; `None` if it was rejected.
    ///
    /// ```
    /// use breaker_runtime::{CallError, CircuitBreaker, Config};
    ///
    /// assert_eq!(CallError::Failed("down").failed(), Some(&"down"));
    ///
    /// let breaker = CircuitBreaker::new("users", Config::default());
    /// breaker.trip();
    /// let error = breaker.call(|| Err::<(), _>("down")).unwrap_err();
    /// assert_eq!(error.failed(), None);
    /// ```
    #[must_use]
    pub fn failed(&self) -> Option<&E> {
        match self {
            Self::Open(_) => None,
            Self::Failed(error) => Some(error),
        }
    }

    /// Takes the call's own error out; `None` if it was rejected.
    ///
    /// ```
    /// use breaker_runtime::CallError;
    ///
    /// assert_eq!(CallError::Failed("down".to_owned()).into_failed().as_deref(), Some("down"));
    /// ```
    #[must_use]
    pub fn into_failed(self) -> Option<E> {
        match self {
            Self::Open(_) => None,
            Self::Failed(error) => Some(error),
        }
    }
}

impl<E> From<CircuitOpen> for CallError<E> {
    fn from(rejected: CircuitOpen) -> Self {
        Self::Open(rejected)
    }
}

impl<E: fmt::Display> fmt::Display for CallError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(_) => f.write_str("the call was rejected"),
            Self::Failed(error) => error.fmt(f),
        }
    }
}

impl<E: Error> Error for CallError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Open(rejected) => Some(rejected),
            // Its text is the cause's, so its source is what comes after the cause.
            Self::Failed(error) => error.source(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_shown_in_milliseconds_and_never_too_short() {
        let shown = |nanos| format!("{:?}", in_millis(Duration::from_nanos(nanos)));
        assert_eq!([0, 1, 1_000_000, 59_999_995_182, 60_000_000_000].map(shown), ["0ns", "1ms", "1ms", "60s", "60s"]);
        assert_eq!(in_millis(Duration::MAX), Duration::from_millis(u64::MAX));
    }
}
