//! Puts `#[circuit_breaker]` on every function of published crates that nobody here wrote, builds them, runs clippy and
//! their own tests, and compares that with the same crates as they were published.
//!
//! `.ci/public-crates` runs it; `.ci/public-crates --help` says how.

mod arguments;
mod blame;
mod build;
mod catalogue;
mod comparison;
mod edit;
mod finder;
mod function;
mod macro_finder;
mod refusal;
mod report;
mod scratch;
mod suite;
mod trial;
mod variant;

use std::{error::Error, process::ExitCode};

use crate::{
    arguments::Arguments, catalogue::Catalogue, report::Report, scratch::Scratch, suite::Suite, variant::Variant,
};

type Result<T, E = Box<dyn Error>> = std::result::Result<T, E>;

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<bool> {
    let Some(arguments) = Arguments::parse()? else { return Ok(true) };
    let catalogue = Catalogue::read()?;
    let chosen = catalogue.chosen(&arguments)?;
    let scratch = Scratch::prepare(&arguments, &chosen)?;
    if arguments.write_lock {
        return Ok(true);
    }
    let mut report = Report::new(&catalogue.exceptions);
    for entry in &chosen {
        let mut suite = Suite::new(&scratch, entry, &arguments)?;
        let variants: Vec<Variant> =
            if arguments.variants.is_empty() { entry.variants(arguments.all) } else { arguments.variants.clone() };
        for variant in variants {
            report.add(suite.run(variant)?);
        }
        suite.restore()?;
    }
    Ok(report.print())
}
