//! The table of a run, from what criterion has measured.

use std::{collections::HashMap, fs, path::Path};

use serde::Deserialize;

use super::CASES;

pub(crate) const BARE: &str = "bare call";
const OURS: &str = "ours: attribute";

#[derive(Deserialize)]
struct Estimates {
    median: Estimate,
    median_abs_dev: Estimate,
}

#[derive(Deserialize)]
struct Estimate {
    point_estimate: f64,
}

pub(crate) fn id(contender: &str, case: &str, threads: usize) -> String {
    format!("{contender} | {case} | {threads}")
}

/// Median and median deviation, in nanoseconds.
type Measured = HashMap<String, (f64, f64)>;

fn measured() -> Measured {
    #[derive(Deserialize)]
    struct Benchmark {
        full_id: String,
    }
    let target = std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "../target".into());
    let Ok(folders) = fs::read_dir(Path::new(&target).join("criterion")) else { return Measured::new() };
    folders
        .filter_map(|folder| {
            let new = folder.ok()?.path().join("new");
            let read = |file: &str| fs::read_to_string(new.join(file)).ok();
            let benchmark: Benchmark = serde_json::from_str(&read("benchmark.json")?).ok()?;
            let estimates: Estimates = serde_json::from_str(&read("estimates.json")?).ok()?;
            let figures = (estimates.median.point_estimate, estimates.median_abs_dev.point_estimate);
            Some((benchmark.full_id, figures))
        })
        .collect()
}

pub(crate) fn print() {
    let measured = measured();
    let mut contenders: Vec<&str> = measured.keys().filter_map(|id| id.split(" | ").next()).collect();
    contenders.sort_by_key(|name| (*name != BARE, !name.starts_with("ours"), *name));
    contenders.dedup();
    println!("\nns per call: median ± median deviation (over the bare call; times ours)\n");
    for threads in [1, 2] {
        println!("| {threads} thread{} | {} |", if threads == 1 { "" } else { "s" }, CASES.join(" | "));
        println!("|---|{}", "---|".repeat(CASES.len()));
        for contender in &contenders {
            let cells = CASES.map(|case| cell(&measured, contender, case, threads));
            println!("| {contender} | {} |", cells.join(" | "));
        }
        println!();
    }
}

fn cell(measured: &Measured, contender: &str, case: &str, threads: usize) -> String {
    let get = |contender: &str| measured.get(&id(contender, case, threads));
    let Some((median, spread)) = get(contender) else { return "–".into() };
    let mut cell = format!("{median:.1} ± {spread:.1}");
    if contender != BARE {
        // Nobody is called while it is refused.
        let bare = if case == "refused" { None } else { get(BARE) };
        let over = bare.map(|(bare, _)| format!("+{:.1}", (median - bare).max(0.0)));
        let ratio = get(OURS).map(|(ours, _)| format!("×{:.1}", median / ours));
        let notes: Vec<String> = over.into_iter().chain(ratio).collect();
        cell += &format!(" ({})", notes.join("; "));
    }
    cell
}
