//! Patterns of traffic under which the alerts must fire for what they say, and for nothing else.
//!
//! A real breaker is driven through each pattern and scraped every fifteen seconds. What it shows, and which alerts fire
//! when, is `docs/operations/patterns_test.yml`: `promtool test rules` checks it. This test checks that the file is what the
//! breaker shows today. To write it anew:
//!
//! ```sh
//! BREAKER_WRITE=1 cargo test -p breaker-tests --test metrics patterns
//! ```

use std::{collections::BTreeMap, env, fmt::Write, fs, sync::Arc, time::Duration};

use breaker_runtime::{
    CircuitBreaker, Config, ConfigBuilder, Permit, State, Verdict,
    integration::{Scope, prometheus::CircuitBreakerCollector},
    testing::ManualClock,
};

use prometheus::{Registry, TextEncoder};

use crate::text::{Samples, of_service, parse};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/operations/patterns_test.yml");
const STEP: u64 = 15;

/// An alert, and when it begins and ends to fire: minutes.
type Fires = (&'static str, f64, f64);

struct Pattern {
    name: &'static str,
    what: &'static str,
    config: ConfigBuilder,
    minutes: u64,
    /// The pauses between calls in seconds, over and over; none from a time on.
    pauses: &'static [f64],
    calls_end: u64,
    /// What the dependency answers at a time in minutes, in a state: how long it takes in seconds, and whether it is good.
    answer: fn(f64, State) -> (f64, bool),
    fires: &'static [Fires],
}

fn patterns() -> [Pattern; 6] {
    let usual = Config::builder;
    let wait = |seconds| usual().recovery_timeout(Duration::from_secs(seconds));
    [
        Pattern {
            name: "busy",
            what: "ten calls a second; down from 5 to 25 minutes",
            config: usual(),
            minutes: 40,
            pauses: &[0.1],
            calls_end: 40,
            answer: |at, _| (0.02, !(5.0..25.0).contains(&at)),
            fires: &[("CircuitOpen", 6.25, 25.25), ("CircuitRejectsManyCalls", 8.5, 29.0)],
        },
        Pattern {
            name: "trickle",
            what: "a call every 150 to 300 seconds; down for six hours from 30 minutes on",
            config: usual(),
            minutes: 480,
            pauses: &[150.0, 300.0, 225.0],
            calls_end: 480,
            answer: |at, _| (0.02, !(30.0..390.0).contains(&at)),
            fires: &[("CircuitOpen", 46.25, 396.5)],
        },
        Pattern {
            name: "hanging",
            what: "two calls a second, a wait of 30 seconds; from 5 to 65 minutes each call hangs for ten seconds and fails",
            config: wait(30),
            minutes: 80,
            pauses: &[0.5],
            calls_end: 80,
            answer: |at, _| if (5.0..65.0).contains(&at) { (10.0, false) } else { (0.02, true) },
            fires: &[("CircuitOpen", 6.25, 65.25), ("CircuitRejectsManyCalls", 8.5, 69.0)],
        },
        Pattern {
            name: "overloaded",
            what: "ten calls a second, a wait of 30 seconds; from 5 to 35 minutes a few probes are answered and the load is not",
            config: wait(30),
            minutes: 60,
            pauses: &[0.1],
            calls_end: 60,
            answer: |at, state| (0.02, !(5.0..35.0).contains(&at) || state == State::HalfOpen),
            fires: &[("CircuitFlapping", 7.75, 50.0), ("CircuitRejectsManyCalls", 8.5, 39.25)],
        },
        Pattern {
            name: "blip",
            what: "ten calls a second, a wait of 30 seconds; down for 20 seconds",
            config: wait(30),
            minutes: 30,
            pauses: &[0.1],
            calls_end: 30,
            answer: |at, _| (0.02, !(10.0..10.33).contains(&at)),
            fires: &[],
        },
        Pattern {
            name: "night",
            what: "ten calls a second; down from 5 minutes on, and nobody calls after 10",
            config: usual(),
            minutes: 60,
            pauses: &[0.1],
            calls_end: 10,
            answer: |at, _| (0.02, at < 5.0),
            fires: &[("CircuitOpen", 6.25, 24.25), ("CircuitRejectsManyCalls", 8.5, 15.0)],
        },
    ]
}

/// What is shown at each scrape.
fn drive(pattern: Pattern) -> Vec<Samples> {
    let clock = ManualClock::new();
    let breaker = Arc::new(CircuitBreaker::with_clock(pattern.name, pattern.config.build().unwrap(), clock.clone()));
    let move_to = |seconds: f64| {
        let now = breaker_runtime::Clock::nanos(&clock);
        clock.advance(Duration::from_nanos(((seconds * 1e9).round() as u64).saturating_sub(now)));
    };
    let metrics = Registry::new();
    let collector = CircuitBreakerCollector::new(Scope::registry().with(Arc::clone(&breaker)));
    metrics.register(Box::new(collector)).unwrap();
    let mut scrapes = Vec::new();
    let mut running: BTreeMap<(u64, u64), (Permit<'_>, Verdict)> = BTreeMap::new();
    let end_until = |running: &mut BTreeMap<(u64, u64), (Permit<'_>, Verdict)>, seconds: f64| {
        while let Some(first) = running.first_entry().filter(|first| first.key().0 as f64 <= seconds * 1e9) {
            move_to(first.key().0 as f64 / 1e9);
            let (permit, verdict) = first.remove();
            permit.settle(verdict);
        }
        move_to(seconds);
    };
    let (mut next_call, mut pauses) = (0.0, pattern.pauses.iter().cycle());
    for scrape_at in (0..=pattern.minutes * 60).step_by(STEP as usize).map(|second| second as f64) {
        while next_call < scrape_at && next_call < pattern.calls_end as f64 * 60.0 {
            end_until(&mut running, next_call);
            if let Ok(permit) = breaker.try_acquire() {
                let (took, good) = (pattern.answer)(next_call / 60.0, breaker.state());
                let verdict = if good { Verdict::Success } else { Verdict::Failure };
                let order = running.len() as u64;
                running.insert((((next_call + took) * 1e9) as u64, order), (permit, verdict));
            }
            next_call += pauses.next().unwrap();
        }
        end_until(&mut running, scrape_at);
        scrapes.push(shown(&metrics, pattern.name));
    }
    scrapes
}

/// Whether the alerts look at it, and it moves in some pattern.
fn matters(series: &str) -> bool {
    let by_calls = ["closed,open", "open,half_open", "half_open,open", "half_open,closed"];
    let transitions = by_calls.map(|step| {
        let (from, to) = step.split_once(',').unwrap();
        format!("circuit_breaker_transitions_total{{from=\"{from}\",to=\"{to}\"}}")
    });
    let results = ["success", "failure", "rejected"];
    let calls = results.map(|result| format!("circuit_breaker_calls_total{{result=\"{result}\"}}"));
    let off = r#"circuit_breaker_status{state="disabled"}"#;
    series == "circuit_breaker_state"
        || series == off
        || transitions.contains(&series.to_owned())
        || calls.contains(&series.to_owned())
}

/// Only its own lines are read: other tests have breakers too.
fn shown(metrics: &Registry, name: &str) -> Samples {
    let page = TextEncoder::new().encode_to_string(&metrics.gather()).unwrap();
    let label = format!("service=\"{name}\"");
    let ours: Vec<&str> = page.lines().filter(|line| line.contains(&label)).collect();
    of_service(&parse(&ours.join("\n")), name)
}

/// `axn` for a value that stands n times more.
fn runs(values: impl Iterator<Item = f64>) -> String {
    let mut runs: Vec<(f64, usize)> = Vec::new();
    for value in values {
        match runs.last_mut() {
            Some((last, more)) if *last == value => *more += 1,
            _ => runs.push((value, 0)),
        }
    }
    let written =
        runs.iter().map(|&(value, more)| if more == 0 { value.to_string() } else { format!("{value}x{more}") });
    written.collect::<Vec<_>>().join(" ")
}

fn written(pattern: Pattern) -> String {
    let (name, what, fires, end) = (pattern.name, pattern.what, pattern.fires, pattern.minutes as f64);
    let scrapes = drive(pattern);
    let mut text = format!("\n  - name: \"{name}: {what}\"\n    interval: {STEP}s\n    input_series:\n");
    for series in scrapes[0].keys().filter(|series| matters(series)) {
        let values = runs(scrapes.iter().map(|samples| samples[series]));
        let (family, labels) = series.split_once('{').unwrap_or((series, "}"));
        let labels = labels.trim_end_matches('}').replace(',', ", ");
        let comma = if labels.is_empty() { "" } else { ", " };
        writeln!(
            text,
            "      - series: '{family}{{service=\"{name}\", {labels}{comma}instance=\"shop:80\", job=\"shop\"}}'"
        )
        .unwrap();
        writeln!(text, "        values: '{values}'").unwrap();
    }
    text += "    promql_expr_test:\n";
    for alert in ["CircuitOpen", "CircuitFlapping", "CircuitRejectsManyCalls", "CircuitNotGuarding"] {
        let times = fires.iter().filter(|(name, ..)| *name == alert).collect::<Vec<_>>();
        // At each edge, and in between.
        let mut looks: Vec<(f64, bool)> = vec![(end, times.iter().any(|(.., to)| *to >= end))];
        for (_, from, to) in &times {
            looks.extend([(from - 0.25, false), (*from, true), ((from + to) / 2.0, true)]);
            if *to < end {
                looks.extend([(to - 0.25, true), (*to, false)]);
            }
        }
        if times.is_empty() {
            looks.extend((1..8).map(|eighth| (end * f64::from(eighth) / 8.0, false)));
        }
        looks.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (minute, firing) in looks {
            let seconds = (minute * 60.0 / STEP as f64).round() as u64 * STEP;
            let samples = if firing { "[{ labels: '{}', value: 1 }]" } else { "[]" };
            writeln!(text, "      - expr: count(ALERTS{{alertname=\"{alert}\", alertstate=\"firing\"}})").unwrap();
            writeln!(text, "        eval_time: {}m{}s", seconds / 60, seconds % 60).unwrap();
            writeln!(text, "        exp_samples: {samples}").unwrap();
        }
    }
    text
}

#[test]
fn fault_39_the_alerts_are_tested_with_what_the_breaker_shows() {
    let mut file = "# Written by tests/metrics/patterns.rs: what a breaker shows, scraped every fifteen seconds, and which alerts fire.\n\
        # promtool test rules patterns_test.yml\n\
        rule_files:\n  - alerts.yml\nevaluation_interval: 15s\ntests:"
        .to_owned();
    patterns().into_iter().for_each(|pattern| file += &written(pattern));
    if env::var_os("BREAKER_WRITE").is_some() {
        fs::write(FILE, file).unwrap();
        return;
    }
    let kept = fs::read_to_string(FILE).unwrap();
    assert!(kept == file, "BREAKER_WRITE=1 writes {FILE} anew");
}
