//! The errors found so far.

use std::{ops::Range, sync::Arc};

use conjoin_diagnostics::{Diagnostic, Source, list, nearest};

/// Collects the errors of one manifest.
pub(crate) struct Findings<'a> {
    source: &'a Arc<Source>,
    found: Vec<Diagnostic>,
}

impl<'a> Findings<'a> {
    pub(crate) fn new(source: &'a Arc<Source>) -> Self {
        Self { source, found: Vec::new() }
    }

    /// An error at a place, to be completed and given to [`Self::report`].
    pub(crate) fn at(
        &self,
        code: &'static str,
        message: String,
        span: Range<usize>,
        label: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::error(code, message).label(self.source, span, label)
    }

    /// Adds a second place.
    pub(crate) fn and_at(&self, diagnostic: Diagnostic, span: Range<usize>, label: impl Into<String>) -> Diagnostic {
        diagnostic.label(self.source, span, label)
    }

    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    /// A value that must be there; if it is not, `line` is an example of what to write.
    pub(crate) fn required<'v, T>(
        &mut self,
        value: Option<&'v T>,
        place: Range<usize>,
        owner: &str,
        line: &str,
    ) -> Option<&'v T> {
        if value.is_none() {
            let key = line.split(" =").next().unwrap_or(line);
            let message = format!("{owner} has no `{key}`");
            let diagnostic = self.at("manifest::missing-key", message, place, format!("`{key}` is missing"));
            self.report(diagnostic.hint(format!("add `{line}`")));
        }
        value
    }

    /// Everything found, in the order of the file.
    pub(crate) fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.found.sort_by_key(|diagnostic| diagnostic.labels.first().map(|label| label.span.start));
        self.found
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }
}

/// Adds the allowed names as a note and the nearest one as a hint.
pub(super) fn with_choices<'n>(
    diagnostic: Diagnostic,
    what: &str,
    typed: &str,
    names: impl IntoIterator<Item = &'n str>,
) -> Diagnostic {
    let names: Vec<&str> = names.into_iter().collect();
    let diagnostic = diagnostic.note(format!("{what}: {}", list(&names)));
    match nearest(typed, names) {
        Some(name) => diagnostic.hint(format!("did you mean `{name}`?")),
        None => diagnostic,
    }
}
