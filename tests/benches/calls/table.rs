//! The table of a run, from what criterion has measured.

use std::{collections::HashMap, fs, path::Path};

use serde::Deserialize;

use super::{CASES, Case, Entrant, ROUNDS, THREADS};

pub(crate) fn id(entrant: &str, case: Case, threads: usize, round: usize) -> String {
    format!("{entrant} | {} | {threads} | {round}", case.name())
}

/// The median of each benchmark, in nanoseconds.
type Measured = HashMap<String, f64>;

fn measured() -> Measured {
    #[derive(Deserialize)]
    struct Benchmark {
        full_id: String,
    }
    #[derive(Deserialize)]
    struct Estimates {
        median: Estimate,
    }
    #[derive(Deserialize)]
    struct Estimate {
        point_estimate: f64,
    }
    let target = std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "../target".into());
    let Ok(folders) = fs::read_dir(Path::new(&target).join("criterion")) else { return Measured::new() };
    folders
        .filter_map(|folder| {
            let new = folder.ok()?.path().join("new");
            let read = |file: &str| fs::read_to_string(new.join(file)).ok();
            let benchmark: Benchmark = serde_json::from_str(&read("benchmark.json")?).ok()?;
            let estimates: Estimates = serde_json::from_str(&read("estimates.json")?).ok()?;
            Some((benchmark.full_id, estimates.median.point_estimate))
        })
        .collect()
}

pub(crate) fn print(entrants: &[Box<dyn Entrant>]) {
    let measured = measured();
    println!("\nns per call: median ± median deviation of {ROUNDS} rounds (over the bare call; times ours)\n");
    for threads in THREADS {
        let cases = CASES.map(Case::name).join(" | ");
        println!("| {threads} thread{} | {cases} |", if threads == 1 { "" } else { "s" });
        println!("|---|{}", "---|".repeat(CASES.len()));
        for entrant in entrants {
            let cells = CASES.map(|case| cell(&measured, entrant.as_ref(), case, threads));
            println!("| {} | {} |", entrant.name(), cells.join(" | "));
        }
        println!();
    }
}

fn cell(measured: &Measured, entrant: &dyn Entrant, case: Case, threads: usize) -> String {
    let rounds = |name: &str| -> Vec<f64> {
        (0..ROUNDS).filter_map(|round| measured.get(&id(name, case, threads, round)).copied()).collect()
    };
    let (times, baseline) = (rounds(entrant.name()), entrant.baseline());
    if times.len() < ROUNDS {
        return "–".into();
    }
    let time = median(times.clone());
    let spread = median(times.iter().map(|one| (one - time).abs()).collect());
    let within = |other: &str, compare: fn(f64, f64) -> f64| {
        let others = rounds(other);
        let compared: Vec<f64> = times.iter().zip(others).map(|(time, other)| compare(*time, other)).collect();
        (compared.len() == ROUNDS).then(|| median(compared))
    };
    let over = within(baseline.bare, |time, bare| time - bare).map(|over| format!("+{:.1}", over.max(0.0)));
    let ratio = within(baseline.ours, |time, ours| time / ours).map(|ratio| format!("×{ratio:.1}"));
    let notes: Vec<String> =
        if entrant.name() == baseline.bare { Vec::new() } else { over.into_iter().chain(ratio).collect() };
    let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join("; ")) };
    format!("{time:.1} ± {spread:.1}{notes}")
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
