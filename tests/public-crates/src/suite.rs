//! A crate as it was published, and the variants that are tried on it.

use std::{collections::BTreeMap, fs, path::PathBuf};

use cargo_metadata::diagnostic::{Diagnostic, DiagnosticLevel};
use walkdir::WalkDir;

use crate::{
    Result,
    arguments::Arguments,
    blame::{self, Files},
    build::{Cargo, Tests},
    catalogue::Entry,
    comparison::{Warnings, warnings},
    edit::{Edited, Insertion},
    finder,
    function::Function,
    refusal::{self, Kind},
    scratch::{Scratch, write},
    trial::{Outcome, Trial},
    variant::Variant,
};

pub struct Suite<'a> {
    pub cargo: Cargo<'a>,
    /// The files with functions, as they were published.
    texts: BTreeMap<PathBuf, String>,
    pub functions: Vec<Function>,
    pub before: Baseline,
}

pub struct Baseline {
    pub warnings: Warnings,
    /// Those that are left when each function bears an attribute that changes nothing, once somebody asked.
    lasting: Option<Warnings>,
    pub tests: Tests,
}

const UNCHANGED: &str = "#[::unchanged::unchanged] ";

/// What a function is called in the option that does not exist: the message about it tells that the function is compiled.
const PROBE: &str = "harness_function_";

impl<'a> Suite<'a> {
    pub fn new(scratch: &'a Scratch, entry: &'a Entry, arguments: &Arguments) -> Result<Self> {
        let Arguments { jobs, check, pedantic, .. } = *arguments;
        let cargo = Cargo { scratch, entry, jobs, tests: !check, pedantic };
        eprintln!("{} {}", entry.name, entry.version);
        let before = Baseline::of(&cargo)?;
        let (mut texts, mut functions) = (BTreeMap::new(), Vec::new());
        for file in WalkDir::new(cargo.folder().join(&entry.annotate)).sort_by_file_name() {
            let file = file?;
            if file.path().extension().is_none_or(|extension| extension != "rs") {
                continue;
            }
            let below = file.path().strip_prefix(cargo.folder())?.to_owned();
            let text = fs::read_to_string(file.path())?;
            match finder::functions(&below, &text) {
                Ok(found) => functions.extend(found),
                Err(error) => eprintln!("  {}: not read: {error}", below.display()),
            }
            texts.insert(below, text);
        }
        if let Some(wanted) = &arguments.function {
            functions.retain(|function| function.label().contains(wanted));
        }
        let mut suite = Self { cargo, texts, functions, before };
        suite.probe()?;
        Ok(suite)
    }

    /// Finds which functions this build compiles, and what their signatures rule out.
    fn probe(&mut self) -> Result<()> {
        let attribute = |index: usize| format!("#[::breaker_runtime::circuit_breaker({PROBE}{index})] ");
        let files = self.write(|index, function| Some((function.top, attribute(index))))?;
        let built = self.cargo.build()?;
        for error in errors(&built.diagnostics) {
            let named = error.message.split_once(PROBE).map(|(_, rest)| rest);
            let index = named.and_then(|rest| rest.split(|c: char| !c.is_ascii_digit()).next()?.parse::<usize>().ok());
            let signature = || refusal::of(&error.message).filter(|refusal| refusal.kind == Kind::Signature);
            if let Some(index) = index {
                self.functions[index].active = true;
            } else if let (Some(refusal), Some(index)) = (signature(), blame::function(&self.cargo, &files, error)) {
                self.functions[index].active = true;
                self.functions[index].refused = Some(refusal);
            }
        }
        Ok(())
    }

    /// The warnings that outlive any attribute at all.
    pub fn lasting(&mut self) -> Result<&Warnings> {
        if self.before.lasting.is_none() {
            self.write(|_, function| function.active.then(|| (function.top, UNCHANGED.to_owned())))?;
            let built = self.cargo.build()?;
            if !built.success {
                return Err(broken(&self.cargo, &built.diagnostics, &built.stderr).into());
            }
            self.before.lasting = Some(warnings(&self.cargo, &built.diagnostics));
        }
        Ok(self.before.lasting.get_or_insert_default())
    }

    pub fn run(&mut self, variant: Variant) -> Result<Outcome> {
        Trial::new(self, variant).run()
    }

    /// Writes the files with the attributes that `attribute` gives, with the place of each.
    pub fn write(&self, attribute: impl Fn(usize, &Function) -> Option<(usize, String)>) -> Result<Files> {
        let mut files = Files::new();
        for (path, text) in &self.texts {
            let own = self.functions.iter().enumerate().filter(|(_, function)| function.file == *path);
            let insertions = own.filter_map(|(index, function)| {
                let (at, text) = attribute(index, function)?;
                Some(Insertion { function: index, at, end: function.end, text })
            });
            let edited = Edited::new(text, insertions.collect());
            write(&self.cargo.folder().join(path), &edited.text)?;
            files.insert(path.clone(), edited);
        }
        Ok(files)
    }

    /// The crate as it was published.
    pub fn restore(&self) -> Result<()> {
        self.write(|_, _| None).map(drop)
    }
}

impl Baseline {
    fn of(cargo: &Cargo<'_>) -> Result<Self> {
        let built = cargo.build()?;
        if !built.success {
            return Err(broken(cargo, &built.diagnostics, &built.stderr).into());
        }
        let (tests, log) = cargo.test()?;
        if tests.is_empty() && cargo.tests {
            return Err(format!("{} has no test that runs:\n{log}", cargo.entry.name).into());
        }
        Ok(Self { warnings: warnings(cargo, &built.diagnostics), lasting: None, tests })
    }
}

fn broken(cargo: &Cargo<'_>, diagnostics: &[Diagnostic], stderr: &str) -> String {
    let rendered: Vec<_> = errors(diagnostics).filter_map(|error| error.rendered.clone()).collect();
    format!("{} does not build without circuit breakers:\n{}{stderr}", cargo.entry.name, rendered.join(""))
}

/// The errors that stand somewhere.
pub fn errors(diagnostics: &[Diagnostic]) -> impl Iterator<Item = &Diagnostic> {
    diagnostics.iter().filter(|diagnostic| {
        matches!(diagnostic.level, DiagnosticLevel::Error | DiagnosticLevel::Ice) && !diagnostic.spans.is_empty()
    })
}
