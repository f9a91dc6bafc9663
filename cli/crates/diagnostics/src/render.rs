//! Text of a diagnostic, in the form that rustc made familiar.

use std::{borrow::Cow, fmt::Write as _, sync::Arc};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet, renderer::DecorStyle};

use crate::{
    Diagnostic, Foreign, Severity, Source,
    foreign::{misleads, printable, push_visible},
};

/// How [`render`] draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// No colour.
    Plain,
    /// ANSI colours.
    Coloured,
}

/// The text of `diagnostic`, several lines, ending in a line break.
///
/// Characters that a terminal would obey or hide are visible in it, whatever the parts of the diagnostic contain.
pub fn render(diagnostic: &Diagnostic, style: Style) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let visible = |text: &str| printable(text, Foreign::Lines).into_owned();
    let mut group = Group::with_title(level.primary_title(visible(&diagnostic.message)).id(diagnostic.code));
    for (source, labels) in by_source(diagnostic) {
        let name = printable(&source.name, Foreign::Line).into_owned();
        let text = Visible::new(&source.text);
        let annotations: Vec<_> = labels
            .into_iter()
            .map(|(first, label)| {
                let kind = if first { AnnotationKind::Primary } else { AnnotationKind::Context };
                let end = source.text.ceil_char_boundary(label.span.end);
                let start = source.text.floor_char_boundary(label.span.start.min(end));
                kind.span(text.offset(start)..text.offset(end)).label(visible(&label.text))
            })
            .collect();
        group = group.element(Snippet::source(text.text).path(name).annotations(annotations));
    }
    for note in &diagnostic.notes {
        group = group.element(Level::NOTE.message(visible(note)));
    }
    for hint in &diagnostic.hints {
        group = group.element(Level::HELP.message(visible(hint)));
    }
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        Style::Coloured => Renderer::styled(),
    };
    let mut text = renderer.decor_style(DecorStyle::Ascii).render(&[group]);
    let _ = writeln!(text);
    text
}

/// The text of a source with escapes in it, and how far they moved the rest.
struct Visible<'a> {
    text: Cow<'a, str>,
    /// The end of each character that became an escape, and by how much all escapes up to it are longer than what they stand for.
    moved: Vec<(usize, usize)>,
}

impl<'a> Visible<'a> {
    fn new(source: &'a str) -> Self {
        // A byte order mark says nothing in a snippet, and a carriage return is a part of its line break.
        let stays = |offset: usize, letter: char| match letter {
            '\u{feff}' => offset == 0,
            '\r' => source[offset + 1..].starts_with('\n'),
            _ => !misleads(letter),
        };
        if source.char_indices().all(|(offset, letter)| stays(offset, letter)) {
            return Self { text: Cow::Borrowed(source), moved: Vec::new() };
        }
        let (mut text, mut moved) = (String::with_capacity(source.len() + 16), Vec::new());
        for (offset, letter) in source.char_indices() {
            if stays(offset, letter) {
                text.push(letter);
            } else {
                push_visible(&mut text, letter);
                let end = offset + letter.len_utf8();
                moved.push((end, text.len() - end));
            }
        }
        Self { text: Cow::Owned(text), moved }
    }

    /// Where the byte `offset` of the source is in the text.
    fn offset(&self, offset: usize) -> usize {
        let before = self.moved.partition_point(|(end, _)| *end <= offset);
        offset + before.checked_sub(1).map_or(0, |last| self.moved[last].1)
    }
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

    #[test]
    fn what_a_terminal_would_obey_is_visible_in_every_part() {
        let text = "a = \"\x1b[2J\u{9b}\"\nb = \"\u{202e}c\" # \x07\n";
        let source = Arc::new(Source::new("wit/\x1b[8m\u{200f}.wit", text));
        let place = text.find('c').expect("there is a c");
        let diagnostic = Diagnostic::error("x::y", "\x1b]0;title\x07")
            .label(&source, place..place + 1, "\u{9b}1m")
            .note("one\ntwo\x1b[A")
            .hint("\u{2067}three");
        let expected = r#"error[x::y]: \u{1b}]0;title\u{7}
 --> wit/\u{1b}[8m\u{200f}.wit:2:14
  |
2 | b = "\u{202e}c" # \u{7}
  |              ^ \u{9b}1m
  |
  = note: one
          two\u{1b}[A
  = help: \u{2067}three
"#;
        assert_eq!(render(&diagnostic, Style::Plain), expected);
    }

    #[test]
    fn an_escape_moves_the_places_behind_it() {
        let visible = Visible::new("a\x1bb\u{202e}c");
        assert_eq!(visible.text, r"a\u{1b}b\u{202e}c");
        assert_eq!([0, 1, 2, 3, 6, 7].map(|offset| visible.offset(offset)), [0, 1, 7, 8, 16, 17]);
        assert_eq!(Visible::new("\u{feff}a\r\nb").text, "\u{feff}a\r\nb");
        assert_eq!(Visible::new("a\rb").text, r"a\rb");
    }
}
