//! The breaker against a sequential model, through random settings and random programs.
//!
//! A longer run: `PROPTEST_CASES=100000 cargo test -p breaker-tests --release --test it model`.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use breaker_runtime::{CircuitBreaker, Permit, Reason, State, Transition, Verdict, testing::ManualClock};
use proptest::{collection::vec, prelude::*, test_runner::TestCaseResult};

use self::{
    reference::{Ending, Inside, Model, Ticket},
    settings::{Settings, settings},
};

mod reference;
mod settings;

/// A step of a program. Times are in nanoseconds.
#[derive(Clone, Debug)]
enum Step {
    Call {
        ending: Ending,
        takes: Pace,
    },
    /// Calls in the body of a call, and calls in the body of the last of them.
    Nested {
        ending: Ending,
        inner: Vec<Ending>,
        innermost: Vec<Ending>,
    },
    Start {
        slot: u8,
    },
    End {
        slot: u8,
        ending: Ending,
    },
    Wait {
        wait: Pace,
    },
    Control(Control),
    Reconfigure(Settings),
}

/// A time that means something under the settings.
#[derive(Clone, Copy, Debug)]
enum Pace {
    Nanos(u64),
    Slow,
    NearlySlow,
    Recovery,
    NearlyRecovery,
    Window { tenths: u64 },
    ProbeTimeout,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Control {
    Trip,
    TripFor(u64),
    HalfOpen,
    Close,
    ForceOpen,
    Disable,
    MetricsOnly,
    Reset,
}

fn ending() -> impl Strategy<Value = Ending> {
    prop_oneof![
        4 => Just(Ending::Success),
        5 => Just(Ending::Failure),
        1 => prop_oneof![Just(0), Just(1), 1..9_000_000_u64].prop_map(Ending::FailureFor),
        1 => Just(Ending::Ignored),
        1 => Just(Ending::Cancelled),
    ]
}

fn pace() -> impl Strategy<Value = Pace> {
    prop_oneof![
        6 => Just(Pace::Nanos(0)),
        2 => (1..5_000_000_u64).prop_map(Pace::Nanos),
        1 => Just(Pace::Slow),
        1 => Just(Pace::NearlySlow),
        1 => Just(Pace::Recovery),
        1 => Just(Pace::NearlyRecovery),
        2 => (1..12_u64).prop_map(|tenths| Pace::Window { tenths }),
        1 => Just(Pace::ProbeTimeout),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let control = prop_oneof![
        2 => Just(Control::Trip),
        2 => prop_oneof![Just(0), 1..9_000_000_u64].prop_map(Control::TripFor),
        2 => Just(Control::HalfOpen),
        1 => Just(Control::Close),
        1 => Just(Control::ForceOpen),
        1 => Just(Control::Disable),
        3 => Just(Control::MetricsOnly),
        4 => Just(Control::Reset),
    ];
    prop_oneof![
        20 => (ending(), pace()).prop_map(|(ending, takes)| Step::Call { ending, takes }),
        5 => (ending(), vec(ending(), 0..3), vec(ending(), 0..3))
            .prop_map(|(ending, inner, innermost)| Step::Nested { ending, inner, innermost }),
        4 => (0..4_u8).prop_map(|slot| Step::Start { slot }),
        4 => (0..4_u8, ending()).prop_map(|(slot, ending)| Step::End { slot, ending }),
        6 => pace().prop_map(|wait| Step::Wait { wait }),
        2 => control.prop_map(Step::Control),
        1 => settings().prop_map(Step::Reconfigure),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_breaker_does_what_the_model_does(settings in settings(), program in vec(step(), 1..80)) {
        Run::run(settings, |run| program.iter().try_for_each(|step| run.step(step)))?;
    }
}

struct Run<'a> {
    settings: Settings,
    model: Model,
    breaker: &'a CircuitBreaker,
    clock: ManualClock,
    running: HashMap<u8, (Permit<'a>, Ticket)>,
    heard: Arc<Mutex<Vec<(State, State, Reason)>>>,
}

impl Run<'_> {
    fn run(settings: Settings, program: impl FnOnce(&mut Run<'_>) -> TestCaseResult) -> TestCaseResult {
        let clock = ManualClock::new();
        let breaker = CircuitBreaker::with_clock("model", settings.config(), clock.clone());
        let heard: Arc<Mutex<Vec<_>>> = Arc::default();
        let log = Arc::clone(&heard);
        breaker.on_transition(move |t: &Transition| log.lock().unwrap().push((t.from, t.to, t.reason)));
        let model = Model::new(settings.clone());
        program(&mut Run { settings, model, breaker: &breaker, clock, running: HashMap::new(), heard })
    }

    fn step(&mut self, step: &Step) -> TestCaseResult {
        match step {
            Step::Call { ending, takes } => {
                if let Some((permit, ticket)) = self.admit(None)? {
                    self.wait(*takes);
                    self.end(permit, ticket, *ending);
                }
            }
            Step::Nested { ending, inner, innermost } => {
                self.nested(&[&[*ending], inner, innermost], None, &mut Inside::default())?;
            }
            Step::Start { slot } => {
                if !self.running.contains_key(slot) {
                    if let Some(admitted) = self.admit(None)? {
                        self.running.insert(*slot, admitted);
                    }
                }
            }
            Step::End { slot, ending } => {
                if let Some((permit, ticket)) = self.running.remove(slot) {
                    self.end(permit, ticket, *ending);
                }
            }
            Step::Wait { wait } => self.wait(*wait),
            Step::Control(control) => {
                match control {
                    Control::Trip => self.breaker.trip(),
                    Control::TripFor(nanos) => self.breaker.trip_for(Duration::from_nanos(*nanos)),
                    Control::HalfOpen => self.breaker.half_open(),
                    Control::Close => self.breaker.close(),
                    Control::ForceOpen => self.breaker.force_open(),
                    Control::Disable => self.breaker.disable(),
                    Control::MetricsOnly => self.breaker.metrics_only(),
                    Control::Reset => self.breaker.reset(),
                }
                self.model.control(*control);
            }
            Step::Reconfigure(settings) => {
                self.breaker.reconfigure(settings.config());
                self.model.reconfigure(settings.clone());
                self.settings = settings.clone();
            }
        }
        self.compare()
    }
}

impl<'a> Run<'a> {
    /// Calls of each level, the last of which has those of the next level in its body.
    /// `probe` is the half-open probe in whose body they are made, and `riders` is what rode on it.
    fn nested(&mut self, levels: &[&[Ending]], probe: Option<&Ticket>, riders: &mut Inside) -> TestCaseResult {
        let Some((level, deeper)) = levels.split_first() else { return Ok(()) };
        for (place, ending) in level.iter().enumerate() {
            let deeper = if place + 1 == level.len() { deeper } else { &[] };
            let admitted = self.model.admit(probe);
            let (mut inside, mut inner) = (Inside::default(), Ok(()));
            let breaker = self.breaker;
            let body = || {
                inner = match &admitted {
                    Ok(ticket) if ticket.is_probe() => self.nested(deeper, Some(ticket), &mut inside),
                    _ => self.nested(deeper, probe, riders),
                };
            };
            let called = breaker.call_with(body, |()| verdict(*ending));
            inner?;
            match (called, admitted) {
                (Ok(()), Ok(ticket)) => self.model.end(ticket, judged(*ending), inside, riders),
                (Err(rejected), Err((state, retry_after))) => {
                    prop_assert_eq!((rejected.state, rejected.retry_after), (state, retry_after));
                }
                (called, admitted) => {
                    return Err(TestCaseError::fail(format!("{called:?}; the model: {admitted:?}")));
                }
            }
        }
        Ok(())
    }

    fn admit(&mut self, outer: Option<&Ticket>) -> Result<Option<(Permit<'a>, Ticket)>, TestCaseError> {
        match (self.breaker.try_acquire(), self.model.admit(outer)) {
            (Ok(permit), Ok(ticket)) => Ok(Some((permit, ticket))),
            (Err(rejected), Err((state, retry_after))) => {
                prop_assert_eq!((rejected.state, rejected.retry_after), (state, retry_after));
                Ok(None)
            }
            (Ok(_), Err(rejected)) => Err(TestCaseError::fail(format!("admitted; the model rejects: {rejected:?}"))),
            (Err(rejected), Ok(_)) => Err(TestCaseError::fail(format!("{rejected}; the model admits"))),
        }
    }

    fn end(&mut self, permit: Permit<'_>, ticket: Ticket, ending: Ending) {
        match ending {
            Ending::Success => permit.success(),
            Ending::Failure => permit.failure(),
            Ending::FailureFor(nanos) => permit.failure_with_retry_after(Duration::from_nanos(nanos)),
            Ending::Ignored => permit.ignore(),
            Ending::Cancelled => drop(permit),
        }
        self.model.end(ticket, ending, Inside::default(), &mut Inside::default());
    }

    fn wait(&mut self, pace: Pace) {
        let Settings { slow_after, recovery, window_nanos, probe_timeout, .. } = self.settings;
        let nanos = match pace {
            Pace::Nanos(nanos) => nanos,
            Pace::Slow => slow_after.unwrap_or(0) + 1,
            Pace::NearlySlow => slow_after.unwrap_or(0),
            Pace::Recovery => recovery,
            Pace::NearlyRecovery => recovery - 1,
            Pace::Window { tenths } => window_nanos.unwrap_or(0) / 10 * tenths,
            Pace::ProbeTimeout => probe_timeout,
        };
        self.clock.advance(Duration::from_nanos(nanos));
        self.model.now += nanos;
    }

    fn compare(&self) -> TestCaseResult {
        let (seen, model) = (self.breaker.snapshot(), &self.model);
        prop_assert_eq!(self.breaker.state(), model.state_read());
        prop_assert_eq!(seen.state, model.state_read());
        prop_assert_eq!(seen.consecutive_failures, model.streak);
        let window = model.window_read();
        prop_assert_eq!((seen.window_calls, seen.window_failures, seen.window_slow), window);
        prop_assert_eq!(seen.failure_rate, model.share(window.1, window.0));
        prop_assert_eq!(seen.slow_call_rate, model.share(window.2, window.0));
        prop_assert_eq!(seen.half_open_successes, model.successes);
        prop_assert_eq!(seen.retry_after, model.retry_after());
        prop_assert_eq!(
            seen.last_failure,
            model.last_failure.map(|at| SystemTime::UNIX_EPOCH + Duration::from_nanos(at))
        );
        let since = |at: u64| SystemTime::UNIX_EPOCH + Duration::from_nanos(at);
        prop_assert_eq!(seen.open_since.zip(seen.opened_by), model.opened.map(|(at, by)| (since(at), by)));
        let totals = model.totals;
        prop_assert_eq!(
            (seen.successes, seen.failures, seen.ignored, seen.cancelled, seen.rejected, seen.slow, seen.times_opened),
            (
                totals.successes,
                totals.failures,
                totals.ignored,
                totals.cancelled,
                totals.rejected,
                totals.slow,
                totals.opened
            )
        );
        prop_assert_eq!(&*self.heard.lock().unwrap(), &model.events);
        Ok(())
    }
}

/// The verdict of a call whose body runs to its end.
fn verdict(ending: Ending) -> Verdict {
    match ending {
        Ending::Success => Verdict::Success,
        Ending::Failure | Ending::FailureFor(_) => Verdict::Failure,
        Ending::Ignored | Ending::Cancelled => Verdict::Ignored,
    }
}

fn judged(ending: Ending) -> Ending {
    match verdict(ending) {
        Verdict::Success => Ending::Success,
        Verdict::Failure => Ending::Failure,
        Verdict::Ignored => Ending::Ignored,
    }
}
