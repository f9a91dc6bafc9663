//! Diagnostics about the text of a user: what is wrong, where, and what to do next.
//!
//! A [`Diagnostic`] is about something the user wrote (a manifest, a WIT file) and there may be many of them; an operation
//! that failed is an error type of the crate whose operation it was. This crate refuses to read files and to print:
//! a [`Source`] is handed in, and [`render`] gives text back.
//!
//! ```
//! use std::sync::Arc;
//!
//! use conjoin_diagnostics::{Diagnostic, Source, Style, nearest, render};
//!
//! let manifest = Arc::new(Source::new("conjoin.toml", "[component.api]\nlanguage = \"ruts\"\n"));
//! let mut diagnostic = Diagnostic::error("manifest::unknown-language", "unknown language `ruts`").label(
//!     &manifest,
//!     27..33,
//!     "not a language that conjoin knows",
//! );
//! if let Some(name) = nearest("ruts", ["rust", "go"]) {
//!     diagnostic = diagnostic.hint(format!("did you mean `{name}`?"));
//! }
//! assert_eq!(
//!     render(&diagnostic, Style::Plain),
//!     r#"error[manifest::unknown-language]: unknown language `ruts`
//!  --> conjoin.toml:2:12
//!   |
//! 2 | language = "ruts"
//!   |            ^^^^^^ not a language that conjoin knows
//!   |
//!   = help: did you mean `rust`?
//! "#
//! );
//! ```
//!
//! Text that conjoin did not write reaches a terminal through [`printable`] only; [`render`] does that for all parts of a diagnostic.

mod foreign;
mod render;
mod source;
mod suggest;
mod wording;

pub use foreign::{Foreign, printable};
pub use render::{Style, render};
pub use source::Source;
pub use suggest::nearest;
pub use wording::{indented, list, list_with, subject};

use std::{ops::Range, sync::Arc};

/// One thing that is wrong in what the user wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Whether it stops the work.
    pub severity: Severity,
    /// A stable name, `stage::what-is-wrong`, e.g. `manifest::unknown-component`.
    pub code: &'static str,
    /// What is wrong: lower case, no full stop, fits after `error: `.
    pub message: String,
    /// The places, the main one first; empty where no place of a file is to blame.
    pub labels: Vec<Label>,
    /// Facts that explain the message, e.g. both definitions of a mismatch; may have several lines.
    pub notes: Vec<String>,
    /// What to do next, each a sentence or a line to write.
    pub hints: Vec<String>,
}

/// How bad a [`Diagnostic`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The work goes on.
    Warning,
    /// The work cannot go on.
    Error,
}

/// A place in a [`Source`], with what is to be said there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The text the place is in.
    pub source: Arc<Source>,
    /// Bytes of that text.
    pub span: Range<usize>,
    /// What is said at the place; may be empty.
    pub text: String,
}

impl Diagnostic {
    /// An error without a place yet.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    /// A warning without a place yet.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message)
    }

    fn new(severity: Severity, code: &'static str, message: impl Into<String>) -> Self {
        Self { severity, code, message: message.into(), labels: Vec::new(), notes: Vec::new(), hints: Vec::new() }
    }

    /// Adds a place; the first one added is the main one.
    #[must_use]
    pub fn label(mut self, source: &Arc<Source>, span: Range<usize>, text: impl Into<String>) -> Self {
        self.labels.push(Label { source: Arc::clone(source), span, text: text.into() });
        self
    }

    /// Adds a fact that explains the message.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Adds what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

/// The error about a file that is not UTF-8. Takes its text with a replacement character for each byte that is not, and the offset of
/// the first of these bytes.
pub fn not_utf_8(source: &Arc<Source>, offset: usize) -> Diagnostic {
    // In the text, the replacement character stands at the offset of the bytes that it replaces.
    let place = offset..offset + char::REPLACEMENT_CHARACTER.len_utf8();
    Diagnostic::error("app::not-utf-8", format!("`{}` is not UTF-8 text", source.name))
        .label(source, place, format!("the byte at offset {offset} does not belong here"))
        .hint("save the file with the encoding UTF-8")
}
