//! A day of calls through a simulation, for each kind of settings: `cargo bench -p breaker-tests --bench simulation`.

use std::time::{Duration, Instant};

use breaker_runtime::{
    Config, Verdict,
    simulation::{Call, simulate},
};

/// 200 calls a second of 40 ms each, so that eight overlap. One in a hundred fails, and for ten minutes all do.
fn day() -> impl Iterator<Item = Call> {
    (0..24 * 60 * 60 * 200).map(|call: u64| {
        let at = Duration::from_millis(5 * call);
        let down = (36_000..36_600).contains(&at.as_secs());
        let verdict = if down || call % 100 == 0 { Verdict::Failure } else { Verdict::Success };
        Call { at, took: Duration::from_millis(40), verdict }
    })
}

#[expect(clippy::disallowed_methods, reason = "it measures")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rate = || Config::builder().failure_rate(0.5);
    let settings = [
        ("failures in a row", Config::default()),
        ("the last 100 calls", rate().build()?),
        ("the last 10 s", rate().window(Duration::from_secs(10)).build()?),
        (
            "the last 10 s, slow calls",
            rate().window(Duration::from_secs(10)).slow_call_duration(Duration::from_secs(1)).build()?,
        ),
    ];
    for (name, config) in settings {
        let start = Instant::now();
        let report = simulate(&config, day());
        let took = start.elapsed();
        println!(
            "{name:26} {:.1} s, {:.0} ns a call: {} calls, {} openings, {} outages",
            took.as_secs_f64(),
            took.as_nanos() as f64 / report.calls as f64,
            report.calls,
            report.openings.len(),
            report.outages.len()
        );
    }
    Ok(())
}
