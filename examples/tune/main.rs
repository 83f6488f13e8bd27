//! Which numbers? Runs recorded calls, or made-up outages, through many settings, and shows the best beside today's.
//!
//! ```sh
//! cargo run --release --example tune -- --generate hard-down,brown-out,slow --picture tune.svg
//! cargo run --release --example tune -- monday.csv --today '{ "failure_threshold": 5, "recovery_timeout": "30s" }'
//! cargo run --release --example tune -- --ramp ramp.svg    # what half_open_growth does
//! python3 examples/tune/calls.py events --span fetch_user < service.log > monday.csv
//! cargo run --release --example tune -- --help
//! ```
//!
//! A record is a CSV file with a header, one call a line, in any order:
//!
//! ```csv
//! at,took,outcome
//! 0.000,0.041,success
//! 0.350,1.000,failure
//! 0.410,0.012,ignored
//! ```
//!
//! `at` is when the call was wanted, in seconds: since the start, or since 1970, which is the same since the first one is
//! the start. `took` is in seconds. `outcome` is `success`, `failure` or `ignored`. `calls.py` beside this file writes it from
//! a Prometheus or from `tracing` events.
//!
//! Settings are judged by what users feel: a call that reaches the dependency while it fails costs one, and so does a call
//! rejected that would have succeeded (`--rejected` changes that). Over several records each counts the same.

use std::{error::Error, fs, time::Duration};

use breaker_runtime::{Config, Verdict, simulation::Simulation};
use clap::Parser;

mod calls;
mod compare;
mod grid;
mod outages;
mod picture;
mod ramp;
mod table;

use calls::Record;
use compare::{Compared, Tried, compare};
use outages::Outage;
use picture::{Fate, TimeLine};

/// Finds the settings of a circuit breaker that suit recorded calls.
#[derive(Parser)]
struct Arguments {
    /// Recorded calls: CSV with the columns at, took (seconds) and outcome (success, failure, ignored)
    #[arg(value_name = "CALLS.csv")]
    records: Vec<std::path::PathBuf>,

    /// Made-up outages, beside the records or in place of them
    #[arg(long, value_enum, value_delimiter = ',', required_unless_present_any = ["records", "ramp"])]
    generate: Vec<Outage>,

    /// Writes each made-up outage to `NAME.csv` in this folder
    #[arg(long, value_name = "FOLDER")]
    save: Option<std::path::PathBuf>,

    /// A call that takes longer is as bad as one that failed
    #[arg(long, value_name = "DURATION", default_value = "2s", value_parser = humantime::parse_duration)]
    too_slow: Duration,

    /// Today's settings as JSON, by the names of the attribute's options
    #[arg(long, value_name = "JSON", default_value = "{}", value_parser = config)]
    today: Config,

    /// What a call costs that is rejected and would have succeeded; one that reaches a failing dependency costs 1
    #[arg(long, value_name = "COST", default_value_t = 1.0)]
    rejected: f64,

    /// Draws calls, failures, rejections and the state, for today's settings and for the best
    #[arg(long, value_name = "FILE.svg")]
    picture: Option<std::path::PathBuf>,

    /// Draws the load on a service that restarts cold, with and without half_open_growth
    #[arg(long, value_name = "FILE.svg")]
    ramp: Option<std::path::PathBuf>,

    /// The seed of what is made up
    #[arg(long, default_value_t = 7)]
    seed: u64,
}

fn config(json: &str) -> Result<Config, String> {
    serde_json::from_str(json).map_err(|error| error.to_string())
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let mut records = arguments.records.iter().map(|path| Record::read(path)).collect::<Result<Vec<_>, _>>()?;
    for outage in arguments.generate {
        let record = outage.make(arguments.seed);
        if let Some(folder) = &arguments.save {
            fs::create_dir_all(folder)?;
            record.write(&folder.join(&record.name).with_extension("csv"))?;
        }
        records.push(record);
    }

    if !records.is_empty() {
        let candidates = grid::candidates(arguments.today, arguments.too_slow);
        let ranked = compare(&records, &candidates, arguments.too_slow, arguments.rejected);
        table::print(&records, &ranked);
        if let Some(path) = &arguments.picture {
            picture::draw(path, &time_lines(&records, &ranked, arguments.too_slow))?;
            println!("\nThe picture is in {}.", path.display());
        }
    }
    if let Some(path) = &arguments.ramp {
        ramp::compare(path)?;
        println!("\nThe picture is in {}.", path.display());
    }
    Ok(())
}

/// Today's settings over the best, for each record.
fn time_lines(records: &[Record], Compared { today, best, .. }: &Compared<'_>, too_slow: Duration) -> Vec<TimeLine> {
    let shown = |place: usize, tried: &Tried<'_>, name: &str| {
        let (record, report) = (&records[place], &tried.reports[place]);
        let title = format!(
            "{}, {name}: {} ({} reached while down, {} rejected needlessly)",
            record.name,
            tried.candidate.written(),
            report.failing_admitted,
            report.succeeding_rejected
        );
        time_line(record, tried, too_slow).titled(title)
    };
    let each = (0..records.len()).map(|place| {
        [shown(place, today, "today")].into_iter().chain(best.first().map(|best| shown(place, best, "best")))
    });
    each.flatten().collect()
}

fn time_line(record: &Record, tried: &Tried<'_>, too_slow: Duration) -> TimeLine {
    let mut line = TimeLine::new(record.length().as_secs_f64());
    let simulation = Simulation::new(&tried.candidate.config).too_slow(too_slow);
    simulation.run_with(record.calls.iter().copied(), |decision| {
        let call = decision.call;
        let good = call.verdict == Verdict::Success && call.took <= too_slow;
        let fate = match (decision.admitted, good) {
            (true, true) => Fate::Succeeded,
            (true, false) => Fate::Failed,
            (false, true) => Fate::RejectedNeedlessly,
            (false, false) => Fate::RejectedRightly,
        };
        line.call(call.at.as_secs_f64(), fate);
        line.state(call.at.as_secs_f64(), decision.state);
    });
    line
}
