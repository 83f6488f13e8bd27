//! What is printed, and whether it is as it should be.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    catalogue::Exception,
    trial::{Fault, Outcome},
};

pub struct Report<'a> {
    exceptions: &'a [Exception],
    used: Vec<bool>,
    outcomes: Vec<Outcome>,
    /// Faults whose message was printed whole.
    shown: BTreeSet<String>,
}

impl<'a> Report<'a> {
    pub fn new(exceptions: &'a [Exception]) -> Self {
        Self { exceptions, used: vec![false; exceptions.len()], outcomes: Vec::new(), shown: BTreeSet::new() }
    }

    /// Takes away what is expected, and prints the rest at once.
    pub fn add(&mut self, mut outcome: Outcome) {
        let (exceptions, used) = (self.exceptions, &mut self.used);
        let (package, variant) = (outcome.package.clone(), outcome.variant.to_string());
        let mut unexpected = |line: &str| {
            let found = exceptions.iter().position(|exception| {
                let here = exception.package == package || exception.package == "*";
                let variant = exception.variant.as_ref().is_none_or(|own| *own == variant);
                here && variant && line.contains(&exception.contains)
            });
            if let Some(found) = found {
                used[found] = true;
            }
            found.is_none()
        };
        outcome.faults.retain(|fault| unexpected(&fault.line()));
        for lines in [&mut outcome.changed_tests, &mut outcome.new_warnings, &mut outcome.lost_warnings] {
            lines.retain(|line| unexpected(line));
        }
        outcome.print(&mut self.shown);
        self.outcomes.push(outcome);
    }

    /// Prints the table; returns whether nothing is wrong.
    pub fn print(&self) -> bool {
        println!("\n## Refusals by design");
        let mut refusals: BTreeMap<&str, usize> = BTreeMap::new();
        for (message, count) in self.outcomes.iter().flat_map(|outcome| &outcome.refusals) {
            *refusals.entry(message).or_default() += count;
        }
        for (message, count) in refusals {
            println!("{count:6}  {message}");
        }
        let used = self.exceptions.iter().zip(&self.used).filter(|(_, used)| **used);
        println!("\n## Expected");
        for (exception, _) in used {
            println!("{}: `{}`: {}", exception.package, exception.contains, exception.reason);
        }
        println!(
            "\n| crate | version | variant | functions | annotated | took options | refused | faults | tests | new warnings | lost |"
        );
        println!("|---|---|---|---|---|---|---|---|---|---|---|");
        for outcome in &self.outcomes {
            outcome.row();
        }
        let total = |count: fn(&Outcome) -> usize| self.outcomes.iter().map(count).sum::<usize>();
        println!(
            "\n{} annotations, {} refusals by design, {} faults, {} changed tests, {} new warnings, {} lost",
            total(|o| o.annotated),
            total(|o| o.refusals.values().sum()),
            total(|o| o.faults.len()),
            total(|o| o.changed_tests.len()),
            total(|o| o.new_warnings.len()),
            total(|o| o.lost_warnings.len()),
        );
        self.outcomes.iter().all(Outcome::is_clean)
    }
}

impl Outcome {
    fn is_clean(&self) -> bool {
        self.faults.is_empty()
            && self.changed_tests.is_empty()
            && self.new_warnings.is_empty()
            && self.lost_warnings.is_empty()
    }

    fn print(&self, shown: &mut BTreeSet<String>) {
        if self.is_clean() {
            return;
        }
        println!("\n# {} {} {}", self.package, self.version, self.variant);
        for fault in &self.faults {
            println!("fault: {}", fault.line());
            if shown.insert(format!("{} {}", self.package, fault.line())) {
                println!("    {}\n{}", fault.attribute, fault.rendered);
            }
        }
        for test in &self.changed_tests {
            println!("test: {test}");
        }
        if !self.changed_tests.is_empty() {
            let lines: Vec<&str> = self.log.lines().filter(|line| !line.ends_with(" ... ok")).collect();
            println!("{}", lines[lines.len().saturating_sub(120)..].join("\n"));
        }
        for warning in &self.new_warnings {
            println!("new warning: {warning}");
        }
        for warning in &self.lost_warnings {
            println!("lost warning: {warning}");
        }
    }

    fn row(&self) {
        println!(
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} -> {} | {} | {} |",
            self.package,
            self.version,
            self.variant,
            self.functions,
            self.annotated,
            self.helped,
            self.refusals.values().sum::<usize>(),
            self.faults.len(),
            self.tests.0,
            self.tests.1,
            self.new_warnings.len(),
            self.lost_warnings.len(),
        );
    }
}

impl Fault {
    fn line(&self) -> String {
        format!("{}: {}: {}", self.function, self.code, self.message)
    }
}
