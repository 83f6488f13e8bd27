//! What breakers tell to `tracing`.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex},
    time::Duration,
};

use breaker_runtime::{
    CircuitBreaker, Config, Verdict, circuit_breaker,
    integration::tracing::{OUTCOME, record_outcomes},
    registry,
    simulation::{Call, simulate},
    testing::ManualClock,
};
use tracing::{
    Event, Id, Level, Subscriber,
    field::{Empty, Field, Visit},
    info_span,
    level_filters::LevelFilter,
    span::Record,
    subscriber::with_default,
};
use tracing_subscriber::{
    layer::{Context, Layer, SubscriberExt},
    registry as spans,
};

type Fields = BTreeMap<String, String>;

/// Writes down events, and what spans are told after they began.
#[derive(Clone, Default)]
struct Log {
    events: Arc<Mutex<Vec<(Level, Fields)>>>,
    records: Arc<Mutex<Vec<Fields>>>,
}

struct Reader<'a>(&'a mut Fields);

impl Visit for Reader<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }
}

impl<S: Subscriber> Layer<S> for Log {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut fields = Fields::new();
        event.record(&mut Reader(&mut fields));
        assert_eq!(event.metadata().target(), "breaker_runtime");
        self.events.lock().unwrap().push((*event.metadata().level(), fields));
    }

    fn on_record(&self, _: &Id, values: &Record<'_>, _: Context<'_, S>) {
        let mut fields = Fields::new();
        values.record(&mut Reader(&mut fields));
        self.records.lock().unwrap().push(fields);
    }
}

/// What is told at this level and above while `run` runs.
fn listen(level: LevelFilter, run: impl FnOnce()) -> Log {
    let log = Log::default();
    with_default(spans().with(log.clone().with_filter(level)), run);
    log
}

fn fail(breaker: &CircuitBreaker) {
    let _ = breaker.call(|| Err::<(), _>(()));
}

fn one_failure() -> Config {
    Config::builder().failure_threshold(1).half_open_max_calls(1).build().unwrap()
}

#[test]
fn opening_is_a_warning_with_its_figures_and_other_transitions_are_told() {
    let clock = ManualClock::new();
    let breaker = CircuitBreaker::with_clock("payments", one_failure(), clock.clone());
    let log = listen(LevelFilter::INFO, || {
        fail(&breaker);
        clock.advance(Duration::from_secs(60));
        let _ = breaker.call(|| Ok::<_, ()>(()));
        breaker.force_open();
    });
    let events = log.events.lock().unwrap();
    let seen: Vec<_> = events.iter().map(|(level, fields)| (*level, &*fields["from"], &*fields["to"])).collect();
    let expected = [
        (Level::WARN, "closed", "open"),
        (Level::INFO, "open", "half_open"),
        (Level::INFO, "half_open", "closed"),
        (Level::WARN, "closed", "forced_open"),
    ];
    assert_eq!(seen, expected);
    let opened = &events[0].1;
    let figures = ["breaker", "reason", "consecutive_failures", "times_opened"].map(|field| &*opened[field]);
    assert_eq!(figures, ["payments", "failure threshold reached", "1", "1"]);
    assert!(!opened.contains_key("failure_rate"), "there is none below min_calls");
}

#[test]
fn rejected_calls_are_told_at_debug_and_others_not_at_all() {
    let breaker = CircuitBreaker::new("rejected", one_failure());
    let log = listen(LevelFilter::DEBUG, || {
        let _ = breaker.call(|| Ok::<_, ()>(()));
        breaker.trip();
        fail(&breaker);
    });
    let events = log.events.lock().unwrap();
    let levels: Vec<_> = events.iter().map(|(level, _)| *level).collect();
    assert_eq!(levels, [Level::WARN, Level::DEBUG]);
    let rejected = &events[1].1;
    assert_eq!((&*rejected["breaker"], &*rejected["state"]), ("rejected", "open"));
    assert!(rejected["retry_after"].ends_with('s'), "{rejected:?}");
    assert!(listen(LevelFilter::INFO, || fail(&breaker)).events.lock().unwrap().is_empty());
}

#[circuit_breaker(name = "tracing-itself", failure_threshold = 1, half_open_max_calls = 1, handle = itself)]
fn on_a_thread(depth: u32) -> std::io::Result<()> {
    if depth == 0 { Ok(()) } else { std::thread::spawn(move || on_a_thread(depth - 1)).join().unwrap() }
}

#[test]
fn a_probe_that_its_own_breaker_rejects_further_in_is_told_once() {
    let log = listen(LevelFilter::WARN, || {
        itself().trip();
        itself().half_open();
        for _ in 0..3 {
            assert!(on_a_thread(1).is_err());
        }
        assert!(on_a_thread(0).is_ok());
    });
    let events = log.events.lock().unwrap();
    let warnings: Vec<_> = events.iter().map(|(_, fields)| &*fields["message"]).collect();
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert_eq!(warnings[0], "circuit breaker opened");
    assert!(warnings[1].starts_with("a call inside a probe was rejected by the probe's own circuit breaker"));
    assert_eq!(events[1].1["breaker"], "tracing-itself");
    assert_eq!((itself().snapshot().ignored, itself().snapshot().successes), (3, 1));
}

#[test]
fn a_conflict_is_an_error_told_once_outside_the_lock() {
    let log = listen(LevelFilter::ERROR, || {
        registry().get_or_create("tracing-shared", Config::default());
        registry().get_or_create("tracing-shared", one_failure());
        let _ = registry().get_or_create_family("tracing-shared", Config::default(), 10);
    });
    let events = log.events.lock().unwrap();
    assert_eq!(events.len(), 2);
    assert!(events.iter().all(|(level, fields)| *level == Level::ERROR && fields["breaker"] == "tracing-shared"));
    let settings = "`tracing-shared` was made with other settings, which hold: `failure_threshold` is 5, not 1; \
        `half_open_max_calls` is 3, not 1; `success_threshold` is 3, not 1";
    assert_eq!(events[0].1["conflict"], settings);
    assert_eq!(events[1].1["conflict"], "`tracing-shared` is the name of a breaker and of a family of keyed ones");
}

#[circuit_breaker(failure_threshold = 2)]
#[tracing::instrument(fields(circuit_breaker.outcome = Empty))]
fn fetch(good: bool) -> std::io::Result<()> {
    if good { Ok(()) } else { Err(std::io::ErrorKind::ConnectionRefused.into()) }
}

#[test]
fn a_span_with_the_field_is_told_the_outcome() {
    let before = CircuitBreaker::new("before", Config::default());
    record_outcomes();
    let window = CircuitBreaker::new("window", Config::builder().window(10).build().unwrap());
    let log = listen(LevelFilter::INFO, || {
        for good in [true, false, false, true] {
            let _ = fetch(good);
        }
        info_span!("mine", circuit_breaker.outcome = Empty).in_scope(|| {
            window.try_acquire().unwrap().success();
            window.try_acquire().unwrap().ignore();
            drop(window.try_acquire().unwrap());
            fail(&before);
            // It holds for breakers that get settings after it.
            before.reset();
            before.reconfigure(before.config());
            before.try_acquire().unwrap().success();
        });
        info_span!("without").in_scope(|| fail(&window));
    });
    let records = log.records.lock().unwrap();
    let outcomes: Vec<_> = records.iter().map(|fields| &*fields[OUTCOME]).collect();
    let expected = ["success", "failure", "failure", "rejected", "success", "ignored", "cancelled", "success"];
    assert_eq!(outcomes, expected);
    assert_eq!((window.snapshot().successes, window.snapshot().window_failures), (1, 1));
}

#[test]
fn a_subscriber_that_panics_keeps_nobody_from_hearing() {
    struct Fragile;
    impl<S: Subscriber> Layer<S> for Fragile {
        fn on_event(&self, _: &Event<'_>, _: Context<'_, S>) {
            panic!("the subscriber's");
        }
    }
    let breaker = CircuitBreaker::new("fragile", one_failure());
    let heard = Arc::new(Mutex::new(0));
    let count = Arc::clone(&heard);
    breaker.on_transition(move |_| *count.lock().unwrap() += 1);
    with_default(spans().with(Fragile), || {
        fail(&breaker);
        breaker.reset();
    });
    assert_eq!(*heard.lock().unwrap(), 2);
}

/// Ships each event through an annotated function, as a subscriber that sends logs over the network does.
struct Shipping(fn() -> std::io::Result<()>);

impl<S: Subscriber> Layer<S> for Shipping {
    fn on_event(&self, _: &Event<'_>, _: Context<'_, S>) {
        (self.0)().unwrap();
    }
}

#[test]
fn fault_29_a_subscriber_may_call_the_function_whose_conflict_it_hears_of() {
    #[circuit_breaker(failure_threshold = "".len() as u32)]
    fn own() -> std::io::Result<()> {
        Ok(())
    }
    #[circuit_breaker(name = "shipping", key = "logs", failure_threshold = 7)]
    fn shared() -> std::io::Result<()> {
        Ok(())
    }
    registry().get_or_create_family("shipping", Config::default(), 9);
    let (done, ended) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for ship in [own, shared] {
            with_default(spans().with(Shipping(ship)), || ship().unwrap());
        }
        done.send(registry().conflicts().len())
    });
    assert!(ended.recv_timeout(Duration::from_secs(20)).expect("a call waits for itself") >= 3);
}

/// A subscriber that ships its events through an annotated function, as one that sends logs somewhere does.
#[derive(Clone, Default)]
struct LoggedShipping(Log);

#[circuit_breaker(name = "tracing-fault-29", failure_threshold = zero(), handle = shipping_breaker)]
fn ship() -> std::io::Result<()> {
    Ok(())
}

#[circuit_breaker(name = "tracing-fault-29", key = "a", failure_threshold = zero(), handle = shipping_family)]
fn ship_keyed() -> std::io::Result<()> {
    Ok(())
}

/// Out of its range, which is told when the breaker is made.
fn zero() -> u32 {
    std::hint::black_box(0)
}

impl<S: Subscriber> Layer<S> for LoggedShipping {
    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        self.0.on_event(event, context);
        ship().unwrap();
        ship_keyed().unwrap();
        registry().get_or_create("tracing-fault-29-inner", Config::default());
        let _ = (shipping_family().len(), registry().health(), registry().conflicts());
    }
}

#[test]
fn fault_29_events_are_told_outside_locks_and_initialisations() {
    let shipping = LoggedShipping::default();
    let log = shipping.0.clone();
    with_default(spans().with(shipping.with_filter(LevelFilter::ERROR)), || {
        ship().unwrap();
        ship_keyed().unwrap();
    });
    let conflicts: Vec<_> = log.events.lock().unwrap().iter().map(|(_, fields)| fields["conflict"].clone()).collect();
    assert_eq!(conflicts[0], "`tracing-fault-29` has the default settings: `failure_threshold` is at least 1");
    let found = registry().conflicts();
    let found: Vec<_> = found.iter().filter(|conflict| conflict.name() == "tracing-fault-29").collect();
    assert_eq!(found.len(), 2, "and one that a family has the same name, which was found inside of an event");
    assert_eq!(shipping_breaker().snapshot().successes, 1 + conflicts.len() as u64);
}

#[test]
fn a_simulation_tells_nothing_since_nothing_happened() {
    let log = listen(LevelFilter::TRACE, || {
        let calls = (0..10).map(|second| Call {
            at: Duration::from_secs(second),
            took: Duration::ZERO,
            verdict: Verdict::Failure,
        });
        assert_eq!(simulate(&one_failure(), calls).openings.len(), 1);
        fail(&CircuitBreaker::new("real", one_failure()));
    });
    let events = log.events.lock().unwrap();
    assert_eq!((events.len(), &*events[0].1["breaker"]), (1, "real"));
}
