//! What the compiler works out by itself is promised too: a field must not take it away unseen.

use std::{
    error::Error,
    io,
    panic::{RefUnwindSafe, UnwindSafe, catch_unwind},
};

use breaker_runtime::{
    BreakerHealth, CallError, CircuitBreaker, CircuitBreakerFamily, CircuitOpen, Config, ConfigBuilder, ConfigError,
    Conflict, FamilyTotals, HealthReport, Name, OnCancel, Permit, Reason, Registry, Snapshot, State, Transition,
    TransitionCounts, Verdict, Window,
    integration::{Reading, Scope, metrics::CircuitBreakerPublisher, prometheus, prometheus_client},
    settings::{Entry, Mode, Problem, Settings, SettingsError},
    testing::ManualClock,
};

fn shared<T: Send + Sync + Unpin>() {}
fn through_a_panic<T: UnwindSafe + RefUnwindSafe>() {}
fn an_error<T: Error + Send + Sync + 'static>() {}
fn sent<T: Send>(value: T) -> T {
    value
}

#[test]
fn everything_is_shared_between_threads() {
    shared::<CircuitBreaker>();
    shared::<CircuitBreakerFamily>();
    shared::<Registry>();
    shared::<Permit<'_>>();
    shared::<ManualClock>();
    shared::<Settings>();
    shared::<Scope>();
    shared::<CircuitBreakerPublisher>();
    shared::<prometheus::CircuitBreakerCollector>();
    shared::<prometheus_client::CircuitBreakerCollector>();
}

#[test]
fn data_is_shared_and_passes_through_a_panic() {
    macro_rules! data {
        ($($type:ty),* $(,)?) => { $(shared::<$type>(); through_a_panic::<$type>();)* };
    }
    data!(
        BreakerHealth,
        CallError<()>,
        CircuitOpen,
        Config,
        ConfigBuilder,
        ConfigError,
        Conflict,
        Entry,
        FamilyTotals,
        HealthReport,
        ManualClock,
        Mode,
        Name,
        OnCancel,
        Problem,
        Reading,
        Reason,
        Settings,
        SettingsError,
        Snapshot,
        State,
        Transition,
        TransitionCounts,
        Verdict,
        Window,
    );
}

#[test]
fn a_panic_is_caught_around_a_breaker_without_asserting_anything() {
    through_a_panic::<CircuitBreaker>();
    through_a_panic::<CircuitBreakerFamily>();
    through_a_panic::<Registry>();
    through_a_panic::<Permit<'_>>();

    let breaker = CircuitBreaker::new("auto-traits-panic", Config::default());
    assert!(catch_unwind(|| breaker.call(|| -> io::Result<()> { panic!("the dependency's own") })).is_err());
    assert_eq!((breaker.snapshot().failures, breaker.state()), (1, State::Closed));
}

#[test]
fn errors_go_wherever_errors_go() {
    an_error::<CircuitOpen>();
    an_error::<CallError<io::Error>>();
    an_error::<CallError<CircuitOpen>>();
    an_error::<ConfigError>();
    an_error::<SettingsError>();
}

#[test]
fn the_future_of_a_call_is_sent_with_what_it_calls() {
    let breaker = CircuitBreaker::new("auto-traits", Config::default());
    drop(sent(breaker.call_async(async { Ok::<_, io::Error>(()) })));
}
