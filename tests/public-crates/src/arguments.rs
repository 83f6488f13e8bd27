//! The command line.

use std::path::PathBuf;

use lexopt::prelude::*;

use crate::{Result, variant::Variant};

const HELP: &str = "\
Puts #[circuit_breaker] on every function of published crates, and compares builds, lints and tests.

.ci/public-crates                                the crates of the continuous checks
.ci/public-crates --all                          every crate of tests/public-crates/crates.toml, in every variant
.ci/public-crates itertools --variant plain      one crate, one variant

  --variant NAME    only this variant of the options; may be given again
  --function TEXT   only functions whose `file:line name` contains this
  --check           builds and lints only, no tests
  --pedantic        with clippy's pedantic lints, and some of the compiler's that are off by default
  --runtime FOLDER  the `breaker-runtime` of another checkout
  --jobs N          of cargo (2)
  --write-lock      resolve the crates' dependencies anew, and keep the result
  --help
";

#[derive(Default)]
pub struct Arguments {
    pub crates: Vec<String>,
    pub variants: Vec<Variant>,
    pub all: bool,
    pub check: bool,
    pub runtime: Option<PathBuf>,
    pub pedantic: bool,
    pub function: Option<String>,
    pub jobs: u32,
    pub write_lock: bool,
}

impl Arguments {
    /// Reads the command line; `None` if it asked for help only.
    pub fn parse() -> Result<Option<Self>> {
        let mut arguments = Self { jobs: 2, ..Self::default() };
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Long("variant") => arguments.variants.push(parser.value()?.parse()?),
                Long("check") => arguments.check = true,
                Long("pedantic") => arguments.pedantic = true,
                Long("runtime") => arguments.runtime = Some(std::fs::canonicalize(parser.value()?)?),
                Long("all") => arguments.all = true,
                Long("function") => arguments.function = Some(parser.value()?.string()?),
                Long("jobs") => arguments.jobs = parser.value()?.parse()?,
                Long("write-lock") => arguments.write_lock = true,
                Long("help") => {
                    println!("{HELP}variants: {}", Variant::names());
                    return Ok(None);
                }
                Value(name) => arguments.crates.push(name.string()?),
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(Some(arguments))
    }
}
