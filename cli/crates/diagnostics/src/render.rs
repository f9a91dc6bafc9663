//! Text of a diagnostic, in the form that rustc made familiar.

use std::{fmt::Write as _, sync::Arc};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet, renderer::DecorStyle};

use crate::{Diagnostic, Severity, Source};

/// How [`render`] draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// No colour.
    Plain,
    /// ANSI colours.
    Coloured,
}

/// The text of `diagnostic`, several lines, ending in a line break.
pub fn render(diagnostic: &Diagnostic, style: Style) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = diagnostic.message.as_str();
    let mut group = Group::with_title(level.primary_title(title).id(diagnostic.code));
    for (source, labels) in by_source(diagnostic) {
        let snippet = Snippet::source(source.text.as_str()).path(source.name.as_str()).annotations(
            labels.into_iter().map(|(first, label)| {
                let kind = if first { AnnotationKind::Primary } else { AnnotationKind::Context };
                let end = source.text.ceil_char_boundary(label.span.end);
                let start = source.text.floor_char_boundary(label.span.start.min(end));
                kind.span(start..end).label(label.text.as_str())
            }),
        );
        group = group.element(snippet);
    }
    for note in &diagnostic.notes {
        group = group.element(Level::NOTE.message(note.as_str()));
    }
    for hint in &diagnostic.hints {
        group = group.element(Level::HELP.message(hint.as_str()));
    }
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        Style::Coloured => Renderer::styled(),
    };
    let mut text = renderer.decor_style(DecorStyle::Ascii).render(&[group]);
    let _ = writeln!(text);
    text
}

/// A label, and whether it is the main one.
type MarkedLabel<'a> = (bool, &'a crate::Label);

/// The labels by the source they are in, in the order of their first appearance; `true` marks the main label.
fn by_source(diagnostic: &Diagnostic) -> Vec<(&Arc<Source>, Vec<MarkedLabel<'_>>)> {
    let mut sources: Vec<(&Arc<Source>, Vec<MarkedLabel<'_>>)> = Vec::new();
    for (index, label) in diagnostic.labels.iter().enumerate() {
        match sources.iter_mut().find(|(source, _)| **source == label.source) {
            Some((_, labels)) => labels.push((index == 0, label)),
            None => sources.push((&label.source, vec![(index == 0, label)])),
        }
    }
    sources
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_notes_and_hints_are_drawn() {
        let manifest = Arc::new(Source::new("conjoin.toml", "[component.api]\nlanguage = \"ruts\"\n"));
        let diagnostic = Diagnostic::error("manifest::unknown-language", "unknown language `ruts`")
            .label(&manifest, 27..33, "not a language that conjoin knows")
            .label(&manifest, 11..14, "of this component")
            .note("languages: rust, go")
            .hint("did you mean `rust`?");
        assert_eq!(
            render(&diagnostic, Style::Plain),
            "error[manifest::unknown-language]: unknown language `ruts`\n --> conjoin.toml:2:12\n  |\n1 | \
             [component.api]\n  |            --- of this component\n2 | language = \"ruts\"\n  |            ^^^^^^ not a \
             language that conjoin knows\n  |\n  = note: languages: rust, go\n  = help: did you mean `rust`?\n"
        );
    }
}
