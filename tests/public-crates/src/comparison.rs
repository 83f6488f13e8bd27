//! The warnings of two builds.

use std::collections::BTreeMap;

use cargo_metadata::diagnostic::{Diagnostic, DiagnosticLevel};

use crate::build::{Cargo, below};

/// How often each warning stands in each line. An attribute adds no line.
pub type Warnings = BTreeMap<String, usize>;

pub fn warnings(cargo: &Cargo<'_>, diagnostics: &[Diagnostic]) -> Warnings {
    // A library is built with and without its tests, and says the same twice: by target it would be counted twice.
    let mut seen = std::collections::BTreeSet::new();
    let mut warnings = Warnings::new();
    for diagnostic in diagnostics.iter().filter(|diagnostic| diagnostic.level == DiagnosticLevel::Warning) {
        let Some(code) = &diagnostic.code else { continue };
        let primary = diagnostic.spans.iter().find(|span| span.is_primary);
        let place = primary.map(|span| {
            // A macro's warning stands where the user wrote the macro, the attribute's too.
            let mut outermost = span;
            while let Some(expansion) =
                outermost.expansion.as_ref().filter(|_| below(cargo, &outermost.file_name).is_none())
            {
                outermost = &expansion.span;
            }
            let file = below(cargo, &outermost.file_name).unwrap_or_default();
            (file, outermost.line_start, outermost.byte_start)
        });
        let (file, line, byte) = place.unwrap_or_default();
        if seen.insert((code.code.clone(), diagnostic.message.clone(), file.clone(), byte)) {
            let text = format!("{}:{line} {}: {}", file.display(), code.code, diagnostic.message);
            *warnings.entry(text).or_default() += 1;
        }
    }
    warnings
}

/// The warnings of `these` that `others` has not.
pub fn beyond(these: &Warnings, others: &Warnings) -> Vec<String> {
    let missing = |(text, count): (&String, &usize)| {
        let more = count.saturating_sub(others.get(text).copied().unwrap_or(0));
        std::iter::repeat_n(text.clone(), more)
    };
    these.iter().flat_map(missing).collect()
}

/// The warnings that both have.
pub fn common(these: &Warnings, others: &Warnings) -> Warnings {
    let both = |(text, count): (&String, &usize)| Some((text.clone(), *count.min(others.get(text)?)));
    these.iter().filter_map(both).collect()
}
