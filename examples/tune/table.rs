//! What the comparison came to, in words.

use std::time::Duration;

use breaker_runtime::simulation::{Outage, Report};
use comfy_table::{CellAlignment, Table, presets::UTF8_HORIZONTAL_ONLY};

use crate::{
    calls::Record,
    compare::{Compared, Tried},
};

pub(crate) fn print(records: &[Record], Compared { tried, today, best }: &Compared<'_>) {
    let names = ["today", "best", "2nd", "3rd"];
    let shown: Vec<_> = [today].into_iter().chain(best).zip(names).collect();
    println!("{tried} settings tried. The best of three different opening rules:\n");
    for (result, name) in &shown {
        println!("  {name:6} {:5.1} % of today's cost   {}", result.cost, result.candidate.written());
    }
    for (place, record) in records.iter().enumerate() {
        println!("\n{}: {} calls in {}", record.name, record.calls.len(), time(record.length()));
        println!("{}", table(&shown, place));
    }
    println!("\nWhy:");
    for (result, name) in &shown[1..] {
        println!("  {name}: {}", why(today, result, records));
    }
}

fn table(shown: &[(&Tried<'_>, &str)], record: usize) -> Table {
    let mut table = Table::new();
    table.load_preset(UTF8_HORIZONTAL_ONLY);
    table.set_header([
        "settings",
        "openings",
        "outages seen",
        "detected after",
        "reached while down",
        "rejected, would have succeeded",
        "recovered after",
    ]);
    for (result, name) in shown {
        let report = &result.reports[record];
        let seen = report.outages.iter().filter(|outage| outage.opened_after.is_some()).count();
        table.add_row([
            (*name).to_owned(),
            report.openings.len().to_string(),
            format!("{seen} of {}", report.outages.len()),
            mean(report, |outage| outage.opened_after),
            report.failing_admitted.to_string(),
            report.succeeding_rejected.to_string(),
            mean(report, |outage| outage.closed_after),
        ]);
    }
    table.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    table
}

/// Over the outages that have it.
fn mean(report: &Report, of: impl Fn(&Outage) -> Option<Duration>) -> String {
    let times: Vec<Duration> = report.outages.iter().filter_map(of).collect();
    match u32::try_from(times.len()) {
        Ok(count @ 1..) => time(times.iter().sum::<Duration>() / count),
        _ => "–".to_owned(),
    }
}

/// What is different to today's settings, and matters: a tenth of what today's cost there.
fn why(today: &Tried<'_>, better: &Tried<'_>, records: &[Record]) -> String {
    let mut reasons = Vec::new();
    for ((record, was), is) in records.iter().zip(&today.reports).zip(&better.reports) {
        let missed = |report: &Report| report.outages.iter().filter(|outage| outage.opened_after.is_none()).count();
        let matters = (was.failing_admitted + was.succeeding_rejected) / 10;
        let mut told = Vec::new();
        if missed(is) < missed(was) {
            told.push(format!("sees {} more", missed(was) - missed(is)));
        }
        let reached = (was.failing_admitted, is.failing_admitted, "reach it while it fails");
        let rejected = (was.succeeding_rejected, is.succeeding_rejected, "are rejected needlessly");
        for (was, is, what) in [reached, rejected].into_iter().filter(|(was, is, _)| was.abs_diff(*is) > matters) {
            told.push(format!("{} {} {what}", was.abs_diff(is), if is < was { "fewer" } else { "more" }));
        }
        if !told.is_empty() {
            reasons.push(format!("\n    {}: {}", record.name, told.join(", ")));
        }
    }
    if reasons.is_empty() { "about as good as today's".to_owned() } else { reasons.concat() }
}

fn time(time: Duration) -> String {
    match time.as_secs_f64() {
        seconds if seconds < 10.0 => format!("{seconds:.2} s"),
        seconds if seconds < 120.0 => format!("{seconds:.0} s"),
        seconds => format!("{:.1} min", seconds / 60.0),
    }
}
