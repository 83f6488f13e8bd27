//! Calls that failed because a breaker further in rejected them.

use std::{error::Error, fmt, io, sync::Arc};

use breaker_runtime::{CallError, CircuitBreaker, CircuitOpen, Config, State, circuit_breaker, is_rejection};

fn open_one() -> CircuitBreaker {
    let inner = CircuitBreaker::new("further-in", Config::default());
    inner.trip();
    inner
}

fn rejected<T>() -> Result<T, CallError<io::Error>> {
    open_one().call(|| Err(io::ErrorKind::TimedOut.into()))
}

fn carried() -> io::Error {
    rejected::<()>().unwrap_err().open().unwrap().clone().into()
}

/// An error of a user's, with its source.
#[derive(Debug)]
struct ApiError(Box<dyn Error + Send + Sync>);

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the API did not answer")
    }
}

impl Error for ApiError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.0)
    }
}

impl From<CircuitOpen> for ApiError {
    fn from(open: CircuitOpen) -> Self {
        Self(open.into())
    }
}

/// Three calls of a function of this error type: all ignored, and the circuit stays closed.
macro_rules! ignores {
    ($name:ident, $error:ty, $make:expr) => {{
        #[circuit_breaker(failure_threshold = 1, handle = breaker)]
        fn call() -> Result<u8, $error> {
            Err($make)
        }
        for _ in 0..3 {
            assert!(call().is_err());
        }
        let seen = breaker().snapshot();
        assert_eq!((seen.state, seen.ignored, seen.failures), (State::Closed, 3, 0), stringify!($name));
    }};
}

#[test]
fn fault_14_a_rejection_further_in_is_ignored_whatever_carries_it() {
    ignores!(itself, CircuitOpen, rejected::<()>().unwrap_err().open().unwrap().clone());
    ignores!(call_error, CallError<io::Error>, rejected::<()>().unwrap_err());
    ignores!(io, io::Error, rejected::<()>().unwrap_err().open().unwrap().clone().into());
    ignores!(io_of_call_error, io::Error, io::Error::other(rejected::<()>().unwrap_err()));
    ignores!(boxed, Box<dyn Error + Send + Sync>, rejected::<()>().unwrap_err().into());
    ignores!(any, anyhow::Error, anyhow::Error::new(rejected::<()>().unwrap_err()).context("while it ran"));
    ignores!(own, ApiError, ApiError(rejected::<()>().unwrap_err().into()));
    ignores!(own_of_arc, ApiError, ApiError(Arc::new(carried()).into()));
    ignores!(own_of_box, ApiError, ApiError(Box::new(carried()).into()));
    ignores!(any_of_arc, anyhow::Error, anyhow::Error::new(Arc::new(carried())));
    ignores!(call_error_of_io, CallError<io::Error>, CallError::Failed(carried()));
    ignores!(call_error_of_own, CallError<ApiError>, CallError::Failed(ApiError(carried().into())));
    ignores!(call_error_of_any, CallError<anyhow::Error>, CallError::Failed(carried().into()));
    ignores!(call_error_twice, CallError<CallError<io::Error>>, CallError::Failed(rejected::<()>().unwrap_err()));
    ignores!(own_of_call_error, ApiError, ApiError(CallError::Failed(carried()).into()));
    ignores!(deep, ApiError, ApiError(Box::new(ApiError(io::Error::other(rejected::<()>().unwrap_err()).into()))));
}

#[test]
fn fault_14_a_rejection_in_a_pointer_to_an_io_error_is_ignored() {
    #[circuit_breaker(failure_threshold = 1, open_error = |open| Arc::new(open.into()), handle = shared_breaker)]
    fn shared() -> Result<u8, Arc<io::Error>> {
        Err(Arc::new(carried()))
    }
    #[circuit_breaker(failure_threshold = 1, open_error = |open| Box::new(open.into()), handle = boxed_breaker)]
    fn boxed() -> Result<u8, Box<io::Error>> {
        Err(Box::new(carried()))
    }
    assert!(shared().is_err() && boxed().is_err());
    for breaker in [shared_breaker(), boxed_breaker()] {
        let seen = breaker.snapshot();
        assert_eq!((seen.state, seen.ignored, seen.failures), (State::Closed, 1, 0));
    }
}

#[test]
fn fault_14_an_error_that_was_no_rejection_fails_as_ever() {
    #[circuit_breaker(failure_threshold = 1, handle = breaker)]
    fn call() -> Result<u8, ApiError> {
        Err(ApiError(io::Error::from(io::ErrorKind::TimedOut).into()))
    }
    assert!(call().is_err());
    assert_eq!(breaker().state(), State::Open);
    assert!(!is_rejection(&ApiError(io::Error::other("down").into())));
}

#[test]
fn fault_14_it_is_asked_before_every_other_judgement() {
    #[circuit_breaker(failure_threshold = 1, failure_if = Result::is_err, handle = by_value)]
    fn whole() -> io::Result<u8> {
        Err(io::Error::other(rejected::<()>().unwrap_err()))
    }
    #[circuit_breaker(failure_threshold = 1, ignore_if = |_| panic!("asked"), handle = by_error)]
    fn ignoring() -> io::Result<u8> {
        Err(io::Error::other(rejected::<()>().unwrap_err()))
    }
    assert!(whole().is_err() && ignoring().is_err());
    assert_eq!((by_value().snapshot().ignored, by_error().snapshot().ignored), (1, 1));
}

#[tokio::test]
async fn fault_14_the_fallback_and_the_cache_answer_as_for_a_rejection_of_its_own() {
    #[circuit_breaker(fallback = other, handle = by_path)]
    fn path(_id: u8) -> io::Result<u8> {
        Err(io::Error::other(rejected::<()>().unwrap_err()))
    }
    fn other(id: u8) -> io::Result<u8> {
        Ok(id + 1)
    }
    #[circuit_breaker(fallback = |error| Ok(error.open().map_or(0, |open| open.name.len())), handle = by_closure)]
    async fn closure() -> io::Result<usize> {
        Err(io::Error::other(rejected::<()>().unwrap_err()))
    }
    #[circuit_breaker(cache(key = "one", ttl = "1h"), handle = by_cache)]
    fn cached(up: bool) -> io::Result<u8> {
        if up { Ok(7) } else { Err(io::Error::other(rejected::<()>().unwrap_err())) }
    }
    assert_eq!(path(1).unwrap(), 2);
    assert_eq!(closure().await.unwrap(), "further-in".len());
    assert_eq!((cached(true).unwrap(), cached(false).unwrap(), cached(false).unwrap()), (7, 7, 7));
    for (breaker, fallbacks, kept) in [(by_path(), 1, 0), (by_closure(), 1, 0), (by_cache(), 0, 2)] {
        let seen = breaker.snapshot();
        assert_eq!((seen.state, seen.failures, seen.fallbacks, seen.cached), (State::Closed, 0, fallbacks, kept));
    }
}

#[test]
fn fault_14_the_outer_circuit_does_not_outlast_the_inner_one() {
    #[circuit_breaker(name = "fault-14-inner", failure_threshold = 1, recovery_timeout = "300ms", handle = inner_breaker)]
    fn inner(up: bool) -> io::Result<()> {
        if up { Ok(()) } else { Err(io::ErrorKind::TimedOut.into()) }
    }
    #[circuit_breaker(failure_threshold = 3, handle = outer_breaker)]
    fn outer(up: bool) -> io::Result<()> {
        inner(up)
    }
    let clock = breaker_runtime::testing::ManualClock::new();
    inner_breaker().set_clock(clock.clone());
    outer_breaker().set_clock(clock.clone());
    for _ in 0..20 {
        assert!(outer(false).is_err());
    }
    assert_eq!((inner_breaker().state(), outer_breaker().state()), (State::Open, State::Closed));
    clock.advance(std::time::Duration::from_millis(300));
    assert!(outer(true).is_ok(), "the inner one probes, and nobody keeps the caller out");
}

#[test]
fn fault_41_a_failed_calls_error_names_its_cause_once() {
    let breaker = CircuitBreaker::new("fault-41", Config::default());
    let cause = || ApiError(io::Error::other("connection reset").into());
    let error = breaker.call(|| Err::<(), _>(cause())).unwrap_err();
    assert_eq!(error.to_string(), "the API did not answer");
    assert_eq!(error.source().unwrap().to_string(), "connection reset");
    breaker.trip();
    let error = breaker.call(|| Err::<(), _>(cause())).unwrap_err();
    assert!(error.source().unwrap().downcast_ref::<CircuitOpen>().is_some());
}
