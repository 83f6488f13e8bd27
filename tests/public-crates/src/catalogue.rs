//! `crates.toml`, the crates that are looked at, and `exceptions.toml`, the differences that are expected.

use std::path::Path;

use serde::Deserialize;

use crate::{
    Result,
    arguments::Arguments,
    variant::{ALL, Variant},
};

pub struct Catalogue {
    crates: Vec<Entry>,
    pub exceptions: Vec<Exception>,
}

/// A published crate.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub name: String,
    pub version: String,
    /// Why it is here.
    #[allow(dead_code, reason = "for who reads the list")]
    pub kind: String,
    /// The variants of the continuous checks; none: the crate is for the longer check only.
    #[serde(default)]
    ci: Vec<String>,
    /// Features beside the default ones.
    #[serde(default)]
    pub features: Vec<String>,
    /// What `cargo test` and `cargo clippy` are asked for.
    #[serde(default = "targets")]
    pub targets: Vec<String>,
    /// The folder whose functions are annotated.
    #[serde(default = "src")]
    pub annotate: String,
    /// Dev-dependencies that only benches and examples use.
    #[serde(default)]
    pub unneeded: Vec<String>,
    /// Tests that take too long without optimisation, each a part of its name.
    #[serde(default)]
    pub skip: Vec<String>,
    /// Tests that say something else from run to run, each a part of its name.
    #[serde(default)]
    pub unsteady: Vec<String>,
}

fn targets() -> Vec<String> {
    vec!["--lib".into(), "--tests".into()]
}

fn src() -> String {
    "src".into()
}

/// A difference that was looked at and is right.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    #[serde(rename = "crate")]
    pub package: String,
    /// Every variant if it is not given.
    pub variant: Option<String>,
    /// A part of the line that the report shows.
    pub contains: String,
    /// Why it is right.
    pub reason: String,
}

#[derive(Deserialize)]
struct Crates {
    #[serde(rename = "crate")]
    crates: Vec<Entry>,
}

#[derive(Default, Deserialize)]
struct Exceptions {
    #[serde(rename = "exception", default)]
    exceptions: Vec<Exception>,
}

impl Catalogue {
    pub fn read() -> Result<Self> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let text = |name: &str| std::fs::read_to_string(here.join(name));
        let Crates { crates } = toml::from_str(&text("crates.toml")?)?;
        let Exceptions { exceptions } = toml::from_str(&text("exceptions.toml")?)?;
        Ok(Self { crates, exceptions })
    }

    /// The crates that the command line asks for.
    pub fn chosen(&self, arguments: &Arguments) -> Result<Vec<Entry>> {
        if arguments.crates.is_empty() {
            let chosen =
                self.crates.iter().filter(|entry| arguments.all || arguments.write_lock || !entry.ci.is_empty());
            return Ok(chosen.cloned().collect());
        }
        let find = |name: &String| {
            let known = || self.crates.iter().map(|entry| entry.name.as_str()).collect::<Vec<_>>().join(", ");
            let entry = self.crates.iter().find(|entry| entry.name == *name).cloned();
            entry.ok_or_else(|| format!("no crate `{name}`, there are {}", known()).into())
        };
        arguments.crates.iter().map(find).collect()
    }
}

impl Entry {
    /// The variants of the longer check, or those of the continuous one.
    pub fn variants(&self, all: bool) -> Vec<Variant> {
        if all || self.ci.is_empty() {
            return ALL.to_vec();
        }
        self.ci.iter().map(|name| name.parse().unwrap_or_else(|error| panic!("crates.toml: {error}"))).collect()
    }
}
