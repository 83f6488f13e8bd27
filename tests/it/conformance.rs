//! Behaviour scenarios restated from other systems' own test suites, run through the public API.
//!
//! A scenario is settings (times in ms, rates in per cent; what is absent is off) and a program of words:
//!
//! | word | meaning |
//! |---|---|
//! | `S` `F` `I` | a call that is admitted and ends in success, failure, an ignored error |
//! | `S~5000` | the same, and the clock moves on by 5 s between its start and its end |
//! | `R` | a call that is rejected, and whose body does not run |
//! | `F*4` | four times |
//! | `+1000` | the clock moves on |
//! | `P1`, `P1=S` | admit a call and leave it running; finish it, by `S`, `F`, `I` or `drop` |
//! | `trip` `force_open` `disable` `metrics_only` `reset` | manual control |
//! | `=OPEN` | the state that is read |
//! | `calls=5/3`, `rate=60`, `slow=60` | `window_calls`/`window_failures`; `failure_rate` and `slow_call_rate`, `-` for `None` |
//! | `retry=500`, `rejected=2`, `opens=1`, `consec=1` | `retry_after`, `rejected`, `times_opened`, `consecutive_failures` |

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

/// What is absent is off.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    failure_threshold: Option<u32>,
    failure_rate_percent: Option<f64>,
    window_calls: Option<u32>,
    window_ms: Option<u64>,
    min_calls: Option<u32>,
    slow_call_duration_ms: Option<u64>,
    slow_call_rate_percent: Option<f64>,
    recovery_timeout_ms: u64,
    backoff_multiplier: Option<f64>,
    max_recovery_timeout_ms: Option<u64>,
    half_open_max_calls: u32,
    success_threshold: u32,
}

impl Settings {
    fn config(&self) -> Config {
        let mut config = Config::builder()
            .recovery_timeout(Duration::from_millis(self.recovery_timeout_ms))
            .half_open_max_calls(self.half_open_max_calls)
            .success_threshold(self.success_threshold);
        if let Some(failures) = self.failure_threshold {
            config = config.failure_threshold(failures);
        }
        if let Some(percent) = self.failure_rate_percent {
            config = config.failure_rate(percent / 100.0);
        }
        if let Some(calls) = self.window_calls {
            config = config.window(calls);
        }
        if let Some(ms) = self.window_ms {
            config = config.window(Duration::from_millis(ms));
        }
        if let Some(calls) = self.min_calls {
            config = config.min_calls(calls);
        }
        if let Some(ms) = self.slow_call_duration_ms {
            config = config.slow_call_duration(Duration::from_millis(ms));
        }
        if let Some(percent) = self.slow_call_rate_percent {
            config = config.slow_call_rate(percent / 100.0);
        }
        if let Some(factor) = self.backoff_multiplier {
            config = config.backoff_multiplier(factor);
        }
        if let Some(ms) = self.max_recovery_timeout_ms {
            config = config.max_recovery_timeout(Duration::from_millis(ms));
        }
        config.build().unwrap()
    }
}

struct Run<'a> {
    breaker: &'a CircuitBreaker,
    clock: &'a ManualClock,
    running: HashMap<String, Permit<'a>>,
}

#[test]
fn every_scenario_holds() {
    let scenarios: Vec<Scenario> = serde_json::from_str(include_str!("../conformance/scenarios.json")).unwrap();
    let mut wrong = Vec::new();
    for scenario in &scenarios {
        let config = scenario.config.config();
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
    let all = scenarios.len();
    assert!(wrong.is_empty(), "{} of {all} scenarios fail:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(all, 88);
    println!("{all} of {all} scenarios");
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
                (Err(rejected), _) => return Err(format!("rejected: {rejected}")),
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
                let permit = self.breaker.try_acquire().map_err(|rejected| format!("rejected: {rejected}"))?;
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
            "calls" => same(figure, format!("{}/{}", seen.window_calls, seen.window_failures), wanted.to_owned()),
            "rate" => same(figure, seen.failure_rate, share(wanted)),
            "slow" => same(figure, seen.slow_call_rate, share(wanted)),
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

fn share(percent: &str) -> Option<f64> {
    (percent != "-").then(|| percent.parse::<f64>().unwrap() / 100.0)
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
