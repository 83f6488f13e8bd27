//! Bugs of other circuit breakers' attributes that are not shown to be absent elsewhere. `defect_37` is among the
//! compile-fail tests.

use std::io;

use breaker_runtime::{CircuitOpen, State, circuit_breaker};

#[test]
fn defect_34_the_functions_errors_reach_the_breaker() {
    #[circuit_breaker(handle = breaker)]
    fn call(ran: &mut u32) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        *ran += 1;
        Err("down")?
    }
    let mut ran = 0;
    for _ in 0..2000 {
        assert!(call(&mut ran).is_err());
    }
    let seen = breaker().snapshot();
    assert_eq!((ran, seen.failures, seen.rejected, seen.state), (5, 5, 1995, State::Open));
}

#[tokio::test]
async fn defect_36_owned_arguments_are_moved_in() {
    #[circuit_breaker]
    async fn owned(text: String, numbers: Vec<u8>, callback: impl FnOnce(usize) -> usize) -> io::Result<usize> {
        std::future::ready(()).await;
        Ok(callback(text.into_bytes().len() + numbers.into_iter().map(usize::from).sum::<usize>()))
    }
    #[circuit_breaker]
    fn sync((text, numbers): (String, Vec<u8>)) -> io::Result<usize> {
        Ok(text.into_bytes().len() + numbers.into_iter().map(usize::from).sum::<usize>())
    }
    let kept = String::from("kept");
    assert_eq!(owned("ab".into(), vec![1], move |n| n + kept.len()).await.unwrap(), 7);
    assert_eq!(sync(("ab".into(), vec![1])).unwrap(), 3);
}

#[derive(Debug)]
enum ApiError {
    Open(CircuitOpen),
    Down,
}

impl From<CircuitOpen> for ApiError {
    fn from(open: CircuitOpen) -> Self {
        Self::Open(open)
    }
}

#[test]
fn defect_38_a_rejection_is_a_typed_error_of_the_functions_own_type() {
    #[circuit_breaker(name = "typed", failure_threshold = 1)]
    fn call() -> Result<(), ApiError> {
        Err(ApiError::Down)
    }
    let signature: fn() -> Result<(), ApiError> = call;
    assert!(matches!(signature(), Err(ApiError::Down)));
    assert!(matches!(signature(), Err(ApiError::Open(open)) if open.name == "typed" && open.retry_after.is_some()));
}

#[test]
fn defect_41_the_users_function_is_neither_deprecated_nor_under_a_feature_of_the_users_crate() {
    #[deny(deprecated, unexpected_cfgs)]
    mod strict {
        #[breaker_runtime::circuit_breaker(failure_rate = 0.5, key = 1, cache(key = 1, ttl = "1s"), handle = breakers)]
        pub(super) fn call() -> std::io::Result<u8> {
            Ok(1)
        }

        pub(super) fn calls() -> std::io::Result<u64> {
            call()?;
            Ok(breakers().get(1).snapshot().successes)
        }
    }
    assert_eq!(strict::calls().unwrap(), 1);
}
