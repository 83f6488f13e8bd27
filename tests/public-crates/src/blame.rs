//! Which annotated function a compiler's message is about.

use std::{collections::BTreeMap, path::PathBuf};

use cargo_metadata::diagnostic::{Diagnostic, DiagnosticSpan};

use crate::{
    build::{Cargo, below},
    edit::Edited,
};

/// The files of a crate with their attributes.
pub type Files = BTreeMap<PathBuf, Edited>;

/// The function around the primary span or the place of a macro that it came from; else around any other that the message
/// shows: a caller says that a future is not `Send`, and points at what is held in it.
pub fn function(cargo: &Cargo<'_>, files: &Files, diagnostic: &Diagnostic) -> Option<usize> {
    let mut spans: Vec<&DiagnosticSpan> = diagnostic.spans.iter().filter(|span| span.is_primary).collect();
    spans.extend(diagnostic.spans.iter().filter(|span| !span.is_primary));
    spans.extend(diagnostic.children.iter().flat_map(|child| &child.spans));
    spans.into_iter().find_map(|span| at(cargo, files, span))
}

fn at(cargo: &Cargo<'_>, files: &Files, span: &DiagnosticSpan) -> Option<usize> {
    let here = below(cargo, &span.file_name)
        .and_then(|file| files.get(&file))
        .and_then(|edited| edited.function_at(span.byte_start as usize));
    here.or_else(|| {
        let expansion = span.expansion.as_ref()?;
        let written = expansion.def_site_span.as_ref().and_then(|span| at(cargo, files, span));
        at(cargo, files, &expansion.span).or(written)
    })
}

/// The files of the crate that a message shows, the first one first.
pub fn files(cargo: &Cargo<'_>, diagnostic: &Diagnostic) -> Vec<PathBuf> {
    let spans = diagnostic.spans.iter().chain(diagnostic.children.iter().flat_map(|child| &child.spans));
    spans.filter_map(|span| below(cargo, &span.file_name)).collect()
}
