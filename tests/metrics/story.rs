//! Closed, open, half-open, closed, with a look at the metrics after each step.

use std::time::Duration;

use breaker_runtime::{CircuitBreaker, Config, State, registry, testing::ManualClock};

use crate::text::{Samples, of_service};

const WAIT: Duration = Duration::from_secs(30);

/// Runs a breaker of this name in the registry through its states. `scrape` gives all samples that the exporter shows.
pub(crate) fn tell(service: &'static str, scrape: impl FnMut() -> Samples) {
    let mut story = Story { service, scrape, before: Samples::new() };
    let config = Config::builder().failure_threshold(2).window(10).min_calls(4).recovery_timeout(WAIT);
    let breaker = registry().get_or_create(service, config.half_open_max_calls(1).build().unwrap());

    let registered = story.look();
    assert_eq!(registered.len(), 1 + 6 + 1 + 8 + 4 + 1 + 1, "{registered:?}");
    assert!(registered.iter().all(|(series, value)| *value == f64::from(series.contains(r#"state="closed""#))));

    let clock = ManualClock::new();
    breaker.set_clock(clock.clone());
    clock.advance(Duration::from_secs(7));
    call(breaker, true);
    breaker.try_acquire().unwrap().ignore();
    drop(breaker.try_acquire().unwrap());
    story.expect(State::Closed, 0.0, [1, 0, 1, 1, 0], None);

    call(breaker, false);
    call(breaker, false);
    story.expect(State::Open, 2.0, [1, 2, 1, 1, 0], None);
    story.expect_opened(Some((7.0, "failure threshold reached")));
    story.expect_transition("closed", "open", 1);
    for _ in 0..3 {
        call(breaker, true);
    }
    story.expect(State::Open, 2.0, [1, 2, 1, 1, 3], None);

    clock.advance(WAIT);
    story.expect(State::HalfOpen, 1.0, [1, 2, 1, 1, 3], None);
    story.expect_opened(Some((7.0, "failure threshold reached")));
    call(breaker, true);
    story.expect(State::Closed, 0.0, [2, 2, 1, 1, 3], None);
    story.expect_opened(None);
    story.expect_transition("open", "half_open", 1);
    story.expect_transition("half_open", "closed", 1);

    for _ in 0..3 {
        call(breaker, true);
    }
    story.expect(State::Closed, 0.0, [5, 2, 1, 1, 3], None);
    call(breaker, false);
    story.expect(State::Closed, 0.0, [5, 3, 1, 1, 3], Some(0.25));

    breaker.reset();
    story.expect(State::Closed, 0.0, [5, 3, 1, 1, 3], None);
    breaker.force_open();
    story.expect(State::ForcedOpen, 2.0, [5, 3, 1, 1, 3], None);
    story.expect_opened(Some((37.0, "manual")));
    breaker.disable();
    story.expect(State::Disabled, 0.0, [5, 3, 1, 1, 3], None);
    breaker.metrics_only();
    story.expect(State::MetricsOnly, 0.0, [5, 3, 1, 1, 3], None);
    breaker.reset();
    story.expect(State::Closed, 0.0, [5, 3, 1, 1, 3], None);
    story.expect_transition("metrics_only", "closed", 1);
}

fn call(breaker: &CircuitBreaker, well: bool) {
    let _ = breaker.call(|| if well { Ok(()) } else { Err(()) });
}

struct Story<F> {
    service: &'static str,
    scrape: F,
    before: Samples,
}

impl<F: FnMut() -> Samples> Story<F> {
    /// The samples of now. No counter has fallen, and no series but the rate is gone.
    fn look(&mut self) -> Samples {
        let now = of_service(&(self.scrape)(), self.service);
        for (series, before) in &self.before {
            let now = now.get(series);
            if series.contains("_total") {
                assert!(now.is_some_and(|now| now >= before), "{series} fell from {before} to {now:?}");
            } else {
                let comes_and_goes = ["circuit_breaker_failure_rate", "circuit_breaker_open_since_timestamp_seconds"];
                assert!(now.is_some() || comes_and_goes.iter().any(|of| series.starts_with(of)), "{series} is gone");
            }
        }
        self.before.clone_from(&now);
        now
    }

    /// `calls` are successes, failures, ignored, cancelled and rejected.
    fn expect(&mut self, state: State, level: f64, calls: [u32; 5], rate: Option<f64>) {
        let now = self.look();
        assert_eq!(now["circuit_breaker_state"], level);
        for other in State::ALL {
            let status = now[&format!(r#"circuit_breaker_status{{state="{other}"}}"#)];
            assert_eq!(status, f64::from(other == state), "{other} in {state}");
        }
        let shown = ["success", "failure", "ignored", "cancelled", "rejected"]
            .map(|result| now[&format!(r#"circuit_breaker_calls_total{{result="{result}"}}"#)]);
        assert_eq!(shown, calls.map(f64::from));
        assert_eq!(now["circuit_breaker_failures_total"], f64::from(calls[1]));
        assert_eq!(now.get("circuit_breaker_failure_rate").copied(), rate);
    }

    /// When it left the closed state, and why.
    fn expect_opened(&self, since: Option<(f64, &str)>) {
        let shown = self.before.iter().find(|(series, _)| series.contains("open_since"));
        let wanted = since.map(|(_, why)| format!(r#"circuit_breaker_open_since_timestamp_seconds{{reason="{why}"}}"#));
        assert_eq!(shown, wanted.as_ref().zip(since.map(|(at, _)| at).as_ref()));
    }

    fn expect_transition(&self, from: &str, to: &str, count: u32) {
        let series = format!(r#"circuit_breaker_transitions_total{{from="{from}",to="{to}"}}"#);
        assert_eq!(self.before[&series], f64::from(count), "{series}");
    }
}
