//! What a caller gets when the circuit is open.

use std::{error::Error, fmt, io, time::Duration};

use crate::{Name, State};

/// A call was refused: the dependency is known to be down, and the function was not called.
///
/// Found by downcast inside `anyhow::Error` or a boxed error, so that a retry layer can stop, or wait for
/// [`retry_after`](Self::retry_after). It turns into an [`io::Error`] of kind [`Other`](io::ErrorKind::Other), which
/// carries it.
///
/// ```
/// use std::{io, time::Duration};
/// use breaker_runtime::{CircuitBreaker, CircuitOpen, Config};
///
/// let breaker = CircuitBreaker::new("users", Config::default());
/// breaker.trip();
/// let refused = breaker.try_acquire().unwrap_err();
/// assert_eq!(refused.name, "users");
/// assert!(refused.retry_after.unwrap() <= Duration::from_secs(60));
///
/// let error = io::Error::from(refused);
/// assert!(error.get_ref().unwrap().is::<CircuitOpen>());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct CircuitOpen {
    /// The breaker that refused.
    pub name: Name,
    /// `Open`, `HalfOpen` (all its probes are out) or `ForcedOpen`.
    pub state: State,
    /// How long until the circuit admits probes, on the system's clock to within a few ticks of it (1 to 10 ms each).
    /// `None` if time alone will not do it: half-open, forced open, or a recovery timeout of `Duration::MAX`.
    pub retry_after: Option<Duration>,
}

impl fmt::Display for CircuitOpen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "circuit breaker `{}` is {}", self.name, self.state)?;
        match self.retry_after {
            Some(wait) => write!(f, ", retry after {wait:?}"),
            None => Ok(()),
        }
    }
}

impl Error for CircuitOpen {}

impl From<CircuitOpen> for io::Error {
    /// An error of kind [`Other`](io::ErrorKind::Other) that carries the refusal.
    fn from(refused: CircuitOpen) -> Self {
        Self::other(refused)
    }
}

/// Why a guarded call has no value: it was refused, or it ran and failed.
///
/// `Display` writes what is in it, and [`source`](std::error::Error::source) is what is in it.
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
/// assert!(matches!(error, CallError::Open(refused) if refused.name == "users"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CallError<E> {
    /// The call was refused and did not run.
    Open(CircuitOpen),
    /// The call ran; this is what it returned.
    Failed(E),
}

impl<E> CallError<E> {
    /// The call's own error; `None` if it was refused.
    ///
    /// ```
    /// use breaker_runtime::{CallError, CircuitBreaker, Config};
    ///
    /// assert_eq!(CallError::Failed("down").failed(), Some("down"));
    ///
    /// let breaker = CircuitBreaker::new("users", Config::default());
    /// breaker.trip();
    /// let error = breaker.call(|| Err::<(), _>("down")).unwrap_err();
    /// assert_eq!(error.failed(), None);
    /// ```
    #[must_use]
    pub fn failed(self) -> Option<E> {
        match self {
            Self::Open(_) => None,
            Self::Failed(error) => Some(error),
        }
    }
}

impl<E> From<CircuitOpen> for CallError<E> {
    fn from(refused: CircuitOpen) -> Self {
        Self::Open(refused)
    }
}

impl<E: fmt::Display> fmt::Display for CallError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(refused) => refused.fmt(f),
            Self::Failed(error) => error.fmt(f),
        }
    }
}

impl<E: Error + 'static> Error for CallError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Open(refused) => Some(refused),
            Self::Failed(error) => Some(error),
        }
    }
}
