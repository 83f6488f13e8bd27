//! Runs every record through every candidate, and ranks the candidates.

use std::{
    num::NonZero,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use breaker_runtime::simulation::{Report, Simulation};
use indicatif::{ProgressBar, ProgressStyle};

use crate::{calls::Record, grid::Candidate};

/// A candidate and what it came to, a report for each record.
pub(crate) struct Tried<'a> {
    pub(crate) candidate: &'a Candidate,
    pub(crate) reports: Vec<Report>,
    /// Today's settings cost 100.
    pub(crate) cost: f64,
}

pub(crate) struct Compared<'a> {
    pub(crate) tried: usize,
    pub(crate) today: Tried<'a>,
    /// The best one of each of three opening rules, the best first.
    pub(crate) best: Vec<Tried<'a>>,
}

pub(crate) fn compare<'a>(
    records: &[Record],
    candidates: &'a [Candidate],
    too_slow: Duration,
    rejected: f64,
) -> Compared<'a> {
    let reports = run(records, candidates, too_slow);
    let cost = |report: &Report| report.failing_admitted as f64 + rejected * report.succeeding_rejected as f64;
    let todays: Vec<f64> = reports[0].iter().map(cost).collect();
    let mut results = candidates.iter().zip(reports).map(|(candidate, reports)| {
        // Each record counts the same, however many calls it holds. Today's cost may be none.
        let shares = reports.iter().zip(&todays).map(|(report, today)| (cost(report) + 1.0) / (today + 1.0));
        let cost = 100.0 * shares.sum::<f64>() / records.len() as f64;
        Tried { candidate, reports, cost }
    });
    let today = results.next().expect("today's settings are the first");
    let mut ranked: Vec<_> = results.collect();
    let tried = ranked.len();
    // Of those that cost the same, the one that opens least.
    let openings = |result: &Tried<'_>| result.reports.iter().map(|report| report.openings.len()).sum::<usize>();
    ranked.sort_by(|a, b| a.cost.total_cmp(&b.cost).then_with(|| openings(a).cmp(&openings(b))));
    let mut best: Vec<Tried<'a>> = Vec::new();
    for result in ranked {
        if best.len() < 3 && best.iter().all(|better| better.candidate.rule != result.candidate.rule) {
            best.push(result);
        }
    }
    Compared { tried, today, best }
}

/// The reports of each candidate, on all cores.
fn run(records: &[Record], candidates: &[Candidate], too_slow: Duration) -> Vec<Vec<Report>> {
    let calls: usize = records.iter().map(|record| record.calls.len()).sum();
    let bar = ProgressBar::new((calls * candidates.len()) as u64);
    let style = "{bar:40} {percent:>3} %  {human_pos} of {human_len} calls, {per_sec}, {eta} left";
    bar.set_style(ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()));
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(|| {
                while let Some((place, candidate)) = candidates.iter().enumerate().nth(next.fetch_add(1, Relaxed)) {
                    let simulation = Simulation::new(&candidate.config).too_slow(too_slow);
                    let reports: Vec<_> = records
                        .iter()
                        .map(|record| {
                            let report = simulation.run(record.calls.iter().copied());
                            bar.inc(report.calls);
                            report
                        })
                        .collect();
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((place, reports));
                }
            });
        }
    });
    bar.finish_and_clear();
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|&(place, _)| place);
    done.into_iter().map(|(_, reports)| reports).collect()
}
