//! Behaviour scenarios restated from other systems' own test suites, run through the public API.

use std::{collections::HashMap, time::Duration};

use breaker_runtime::{CircuitBreaker, Config, Permit, State, testing::ManualClock};
use serde::Deserialize;

#[derive(Deserialize)]
struct Scenario {
    id: String,
    what: String,
    config: Settings,
    program: String,
}

#[derive(Deserialize)]
struct Settings {
    failure_threshold: Option<u32>,
    recovery_timeout_ms: u64,
    half_open_max_calls: u32,
    success_threshold: u32,
}

struct Run<'a> {
    breaker: &'a CircuitBreaker,
    clock: &'a ManualClock,
    running: HashMap<String, Permit<'a>>,
}

#[test]
fn every_scenario_of_the_consecutive_mode_holds() {
    let scenarios: Vec<Scenario> = serde_json::from_str(include_str!("../conformance/scenarios.json")).unwrap();
    let mut wrong = Vec::new();
    let mut ran = 0;
    for scenario in &scenarios {
        let Some(failure_threshold) = scenario.config.failure_threshold else { continue };
        ran += 1;
        let config = Config::builder()
            .failure_threshold(failure_threshold)
            .recovery_timeout(Duration::from_millis(scenario.config.recovery_timeout_ms))
            .half_open_max_calls(scenario.config.half_open_max_calls)
            .success_threshold(scenario.config.success_threshold)
            .build()
            .unwrap();
        let clock = ManualClock::new();
        let breaker = CircuitBreaker::with_clock(scenario.id.clone(), config, clock.clone());
        let mut run = Run { breaker: &breaker, clock: &clock, running: HashMap::new() };
        for (at, step) in scenario.program.split_whitespace().enumerate() {
            if let Err(found) = run.step(step) {
                wrong.push(format!("{} ({}): step {at} `{step}`: {found}", scenario.id, scenario.what));
                break;
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {ran} scenarios fail:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(ran, 29, "scenarios of the consecutive mode");
    println!("{ran} of {ran} scenarios");
}

impl<'a> Run<'a> {
    fn step(&mut self, step: &str) -> Result<(), String> {
        if let Some(state) = step.strip_prefix('=') {
            return same("state", self.breaker.state(), state_named(state));
        }
        if let Some(ms) = step.strip_prefix('+') {
            self.clock.advance(millis(ms));
            return Ok(());
        }
        if let Some(probe) = step.strip_prefix('P') {
            return self.in_flight(probe);
        }
        if let Some((figure, wanted)) = step.split_once('=') {
            return self.figure(figure, wanted);
        }
        match step {
            "trip" => self.breaker.trip(),
            "force_open" => self.breaker.force_open(),
            "disable" => self.breaker.disable(),
            "metrics_only" => self.breaker.metrics_only(),
            "reset" => self.breaker.reset(),
            _ => return self.calls(step),
        }
        Ok(())
    }

    /// `S`, `F*4`, `S~5000`, `R`: whole calls.
    fn calls(&self, step: &str) -> Result<(), String> {
        let (step, times) = step.split_once('*').map_or((step, 1), |(step, times)| (step, times.parse().unwrap()));
        let (ending, lasts) = step.split_once('~').unwrap_or((step, "0"));
        for _ in 0..times {
            match (self.breaker.try_acquire(), ending) {
                (Err(_), "R") => {}
                (Err(refused), _) => return Err(format!("refused: {refused}")),
                (Ok(_), "R") => return Err("admitted".into()),
                (Ok(permit), _) => {
                    self.clock.advance(millis(lasts));
                    end(permit, ending);
                }
            }
        }
        Ok(())
    }

    /// `P1` admits a call and leaves it running, `P1=S` ends it.
    fn in_flight(&mut self, probe: &str) -> Result<(), String> {
        match probe.split_once('=') {
            None => {
                let permit = self.breaker.try_acquire().map_err(|refused| format!("refused: {refused}"))?;
                self.running.insert(probe.to_owned(), permit);
            }
            Some((probe, ending)) => end(self.running.remove(probe).unwrap(), ending),
        }
        Ok(())
    }

    fn figure(&self, figure: &str, wanted: &str) -> Result<(), String> {
        let seen = self.breaker.snapshot();
        match figure {
            "rejected" => same(figure, seen.rejected, wanted.parse().unwrap()),
            "opens" => same(figure, seen.times_opened, wanted.parse().unwrap()),
            "consec" => same(figure, seen.consecutive_failures, wanted.parse().unwrap()),
            "retry" => same(figure, seen.retry_after, Some(millis(wanted))),
            _ => panic!("no such figure: {figure}"),
        }
    }
}

fn end(permit: Permit<'_>, ending: &str) {
    match ending {
        "S" => permit.success(),
        "F" => permit.failure(),
        "I" => permit.ignore(),
        "drop" => drop(permit),
        _ => panic!("no such ending: {ending}"),
    }
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: T, wanted: T) -> Result<(), String> {
    if found == wanted { Ok(()) } else { Err(format!("{what} is {found:?}, not {wanted:?}")) }
}

fn millis(text: &str) -> Duration {
    Duration::from_millis(text.parse().unwrap())
}

fn state_named(name: &str) -> State {
    match name {
        "CLOSED" => State::Closed,
        "OPEN" => State::Open,
        "HALF_OPEN" => State::HalfOpen,
        "FORCED_OPEN" => State::ForcedOpen,
        "DISABLED" => State::Disabled,
        "METRICS_ONLY" => State::MetricsOnly,
        _ => panic!("no such state: {name}"),
    }
}
