//! The settings that are tried: every combination of a few values of the options that matter.

use std::time::Duration;

use breaker_runtime::{Config, ConfigBuilder};
use humantime::format_duration;

/// Settings, and how they are written in the attribute.
pub(crate) struct Candidate {
    pub(crate) config: Config,
    /// What makes it open, and the rest.
    pub(crate) rule: String,
    pub(crate) recovery: String,
}

impl Candidate {
    pub(crate) fn written(&self) -> String {
        if self.recovery.is_empty() { self.rule.clone() } else { format!("{}, {}", self.rule, self.recovery) }
    }
}

/// One value of one option, or of some that go together.
struct Part {
    written: String,
    put: Box<dyn Fn(ConfigBuilder) -> ConfigBuilder>,
}

fn part(written: String, put: impl Fn(ConfigBuilder) -> ConfigBuilder + 'static) -> Part {
    Part { written, put: Box::new(put) }
}

/// Today's settings first.
pub(crate) fn candidates(today: Config, too_slow: Duration) -> Vec<Candidate> {
    let today = Candidate { config: today, rule: "today's settings".to_owned(), recovery: String::new() };
    let mut all = vec![today];
    for rule in rules() {
        for slow in slow_calls(too_slow) {
            for recovery in recoveries() {
                let builder = (recovery.put)((slow.put)((rule.put)(Config::builder())));
                // A few go badly together, such as more `min_calls` than the window holds.
                if let Ok(config) = builder.build() {
                    let rule = format!("{}{}", rule.written, slow.written);
                    all.push(Candidate { config, rule, recovery: recovery.written.clone() });
                }
            }
        }
    }
    all
}

fn rules() -> Vec<Part> {
    let in_a_row = [3, 5, 10, 20]
        .map(|n| part(format!("failure_threshold = {n}"), move |to: ConfigBuilder| to.failure_threshold(n)));
    let mut rules = Vec::from(in_a_row);
    for rate in [0.2, 0.3, 0.5] {
        for (calls, least) in [(20, 10), (100, 20)] {
            let written = format!("failure_rate = {rate:?}, window = {calls}, min_calls = {least}");
            let put = move |to: ConfigBuilder| to.failure_rate(rate).window(calls).min_calls(least);
            rules.push(part(written, put));
        }
        for (seconds, least) in [(10, 20), (60, 20), (60, 5)] {
            let written = format!("failure_rate = {rate:?}, window = \"{seconds}s\", min_calls = {least}");
            let window = Duration::from_secs(seconds);
            let put = move |to: ConfigBuilder| to.failure_rate(rate).window(window).min_calls(least);
            rules.push(part(written, put));
        }
    }
    rules
}

fn slow_calls(too_slow: Duration) -> Vec<Part> {
    let mut parts = vec![part(String::new(), |to| to)];
    for rate in [0.3, 0.6] {
        let written = format!(", slow_call_duration = \"{}\", slow_call_rate = {rate:?}", format_duration(too_slow));
        parts.push(part(written, move |to| to.slow_call_duration(too_slow).slow_call_rate(rate)));
    }
    parts
}

fn recoveries() -> Vec<Part> {
    let mut parts = Vec::new();
    for wait in [5, 15, 30, 60] {
        for factor in [1.0, 2.0] {
            for probes in [1, 3] {
                let mut written = format!("recovery_timeout = \"{wait}s\"");
                if factor > 1.0 {
                    written += &format!(", backoff_multiplier = {factor:?}");
                }
                if probes != 3 {
                    written += &format!(", half_open_max_calls = {probes}");
                }
                parts.push(part(written, move |to| {
                    let wait = Duration::from_secs(wait);
                    to.recovery_timeout(wait).backoff_multiplier(factor).half_open_max_calls(probes)
                }));
            }
        }
    }
    parts
}
