//! One variant on one crate: built again and again without what was refused, until it builds; then its lints and tests.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::diagnostic::Diagnostic;

use crate::{
    Result,
    blame::{self, Files},
    build::{self, Built, Tests, passed},
    comparison::{beyond, common, warnings},
    function::Returns,
    refusal::{self, Kind, Refusal},
    suite::{Suite, errors},
    variant::Variant,
};

/// More rounds than this do not end.
const MOST_ROUNDS: usize = 40;

pub struct Trial<'a, 'b> {
    suite: &'a mut Suite<'b>,
    variant: Variant,
    /// Functions that this variant leaves alone, after what the compiler said of them.
    left: BTreeMap<usize, Option<Refusal>>,
    faults: Vec<Fault>,
}

/// An error that is no refusal by design.
pub struct Fault {
    /// `file:line name`, or the file if no function could be told.
    pub function: String,
    pub attribute: String,
    pub code: String,
    pub message: String,
    pub rendered: String,
}

/// What one variant did to one crate.
pub struct Outcome {
    pub package: String,
    pub version: String,
    pub variant: Variant,
    /// Functions that this build compiles, and that the variant has an attribute for.
    pub functions: usize,
    pub annotated: usize,
    /// Refusals by design, by message.
    pub refusals: BTreeMap<String, usize>,
    /// Functions whose return type took a `fallback` or a `failure_if` besides.
    pub helped: usize,
    pub faults: Vec<Fault>,
    pub tests: (usize, usize),
    pub changed_tests: Vec<String>,
    pub new_warnings: Vec<String>,
    pub lost_warnings: Vec<String>,
    pub log: String,
}

impl<'a, 'b> Trial<'a, 'b> {
    pub fn new(suite: &'a mut Suite<'b>, variant: Variant) -> Self {
        Self { suite, variant, left: BTreeMap::new(), faults: Vec::new() }
    }

    pub fn run(mut self) -> Result<Outcome> {
        let started = build::now();
        let (files, built, rounds) = self.settled()?;
        let (tests, log) = self.tests()?;
        let now = warnings(&self.suite.cargo, &built.diagnostics);
        let mut lost_warnings = beyond(&self.suite.before.warnings, &now);
        if !lost_warnings.is_empty() {
            lost_warnings = beyond(&common(&self.suite.before.warnings.clone(), self.suite.lasting()?), &now);
        }
        let Suite { before, cargo, functions, .. } = &*self.suite;
        let concerned: Vec<_> = functions.iter().filter(|f| f.active && self.variant.attribute(f).is_some()).collect();
        let mut refusals = BTreeMap::new();
        let signatures = concerned.iter().filter_map(|function| function.refused.as_ref());
        for refusal in signatures.chain(self.left.values().flatten()) {
            *refusals.entry(refusal.message.clone()).or_default() += 1;
        }
        let annotated: BTreeSet<usize> = files.values().flat_map(|edited| edited.functions()).collect();
        let helped =
            annotated.iter().filter(|&&f| !matches!(functions[f].returns, Returns::Result { converts: true, .. }));
        let outcome = Outcome {
            package: cargo.entry.name.clone(),
            version: cargo.entry.version.clone(),
            variant: self.variant,
            functions: concerned.len(),
            annotated: annotated.len(),
            refusals,
            helped: helped.count(),
            faults: self.faults,
            tests: (passed(&before.tests), passed(&tests)),
            changed_tests: changed(&before.tests, &tests, &cargo.entry.unsteady),
            new_warnings: beyond(&now, &before.warnings),
            lost_warnings,
            log,
        };
        eprintln!("  {}: {:.0?}, {rounds} builds", self.variant, started.elapsed());
        Ok(outcome)
    }

    /// Builds until nothing is refused any more; says how often that was.
    fn settled(&mut self) -> Result<(Files, Built, usize)> {
        for round in 1..=MOST_ROUNDS {
            let files = self.write()?;
            let built = self.suite.cargo.build()?;
            if built.success {
                return Ok((files, built, round));
            }
            self.answer(&files, &built)?;
        }
        Err(format!("{} {}: no end after {MOST_ROUNDS} rounds", self.suite.cargo.entry.name, self.variant).into())
    }

    /// A test that is started anew fails at other moments: what differs is asked a second time.
    fn tests(&self) -> Result<(Tests, String)> {
        let cargo = &self.suite.cargo;
        let (mut tests, mut log) = cargo.test()?;
        if !changed(&self.suite.before.tests, &tests, &cargo.entry.unsteady).is_empty() {
            (tests, log) = cargo.test()?;
        }
        Ok((tests, log))
    }

    fn write(&self) -> Result<Files> {
        self.suite.write(|index, function| {
            if !function.active || function.refused.is_some() || self.left.contains_key(&index) {
                return None;
            }
            let at = if self.variant.of(function) == Variant::Beneath { function.beneath } else { function.top };
            Some((at, self.variant.attribute(function)?))
        })
    }

    /// Does what a user would do about each error: gives the option that is asked for, or takes the attribute away.
    fn answer(&mut self, files: &Files, built: &Built) -> Result<()> {
        let mut answered = BTreeSet::new();
        let mut unplaced = Vec::new();
        let mut all: Vec<&Diagnostic> = errors(&built.diagnostics).collect();
        // What is refused by design may drag other errors along.
        all.sort_by_key(|error| refusal::of(&error.message).is_none());
        for error in all {
            match blame::function(&self.suite.cargo, files, error) {
                Some(function) if answered.insert(function) => self.answer_one(function, error),
                Some(_) => {}
                None => unplaced.push(error),
            }
        }
        if !answered.is_empty() {
            return Ok(());
        }
        // Nobody can be told: every attribute of the file goes, or of the crate.
        let Some(error) = unplaced.first() else {
            let name = &self.suite.cargo.entry.name;
            return Err(format!("{name} {}: no error that can be read:\n{}", self.variant, built.stderr).into());
        };
        let own = blame::files(&self.suite.cargo, error).into_iter().find_map(|file| {
            let functions: Vec<usize> = files.get(&file)?.functions().collect();
            (!functions.is_empty()).then_some((file.display().to_string(), functions))
        });
        let all = || ("anywhere".to_owned(), files.values().flat_map(|edited| edited.functions()).collect());
        let (place, functions): (String, Vec<usize>) = own.unwrap_or_else(all);
        if functions.is_empty() {
            return Err(
                format!("{}: fails without an attribute:\n{}", self.suite.cargo.entry.name, error.message).into()
            );
        }
        self.left.extend(functions.into_iter().map(|function| (function, None)));
        self.faults.push(Fault::new(place, String::new(), error));
        Ok(())
    }

    fn answer_one(&mut self, index: usize, error: &Diagnostic) {
        let function = &mut self.suite.functions[index];
        let code = error.code.as_ref().map_or("", |code| &code.code);
        let refusal = refusal::of(&error.message).or_else(|| {
            let wanted = self.variant.of(function) == Variant::PathAny;
            wanted.then(|| refusal::not_left(code, error.rendered.as_deref()?)).flatten()
        });
        let refusal = refusal.or_else(|| refusal::not_send(&error.message, error.rendered.as_deref()?));
        match (refusal.as_ref().map(|refusal| refusal.kind), &function.returns) {
            (Some(Kind::Signature), _) => function.refused = refusal,
            (Some(Kind::ErrorType | Kind::Rejection), Returns::Result { unit, converts: true }) => {
                function.returns = Returns::Result { unit: *unit, converts: false };
            }
            (Some(Kind::Rejection | Kind::Judgement), Returns::Result { .. }) => {
                function.returns = Returns::Value { named: false };
            }
            (Some(_), _) => {
                self.left.insert(index, refusal);
            }
            (None, _) => {
                let attribute = self.variant.attribute(function).unwrap_or_default();
                self.faults.push(Fault::new(function.label(), attribute, error));
                self.left.insert(index, None);
            }
        }
    }
}

impl Fault {
    fn new(function: String, attribute: String, error: &Diagnostic) -> Self {
        let code = error.code.as_ref().map_or("error", |code| &code.code).to_owned();
        let rendered = error.rendered.clone().unwrap_or_default();
        Self { function, attribute, code, message: error.message.clone(), rendered }
    }
}

fn changed(before: &Tests, after: &Tests, unsteady: &[String]) -> Vec<String> {
    let mut keys: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    keys.retain(|(_, name)| !unsteady.iter().any(|part| name.contains(part)));
    let of = |tests: &Tests, key| tests.get(key).map_or("absent", String::as_str).to_owned();
    let differing = keys.into_iter().filter(|key| of(before, *key) != of(after, *key));
    differing.map(|key| format!("{} {}: {} -> {}", key.0, key.1, of(before, key), of(after, key))).collect()
}
