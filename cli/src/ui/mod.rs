//! The only code that prints.
//!
//! stdout is the answer (paths, plans, JSON lines), stderr is the story. A [`Ui`] is made in `main` from the streams and passed
//! first to every command.

mod human;
mod json;

use std::io::{self, Write};

use conjoin_diagnostics::{Diagnostic, Style, render};
use conjoin_engine::{BuildEvent, EventSink};

use human::Progress;

/// How much is said on stderr.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Only errors.
    Quiet,
    /// A line per component.
    Normal,
    /// A line per step, with the reason and the tools' output.
    Verbose,
}

/// What stdout carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The answer as text.
    Human,
    /// Events and the answer as JSON lines.
    Json,
}

/// The streams, and how they are written to.
pub struct Ui {
    /// Where the answer goes.
    pub out: Box<dyn Write>,
    /// Where the story goes.
    pub err: Box<dyn Write>,
    /// Where answers to questions come from; `None` when nobody can be asked.
    pub input: Option<Box<dyn io::BufRead>>,
    /// Whether stderr has colours.
    pub style: Style,
    /// Whether stderr is a terminal, so that a live line can be drawn.
    pub live: bool,
    /// How much is said.
    pub verbosity: Verbosity,
    /// What stdout carries.
    pub format: Format,
}

impl Ui {
    /// Writes a line of the answer.
    pub fn answer(&mut self, text: &str) {
        // A closed pipe means that nobody wants the rest.
        let _ = writeln!(self.out, "{text}");
        let _ = self.out.flush();
    }

    /// Writes a part of the answer for programs: one JSON object, `reason` first.
    pub fn answer_json(&mut self, reason: &str, value: serde_json::Value) {
        let line = json::line(reason, value);
        self.answer(&line);
    }

    /// Writes a line of the story: a verb in cargo's column, and what it is about.
    pub fn status(&mut self, verb: &str, text: &str) {
        if self.verbosity > Verbosity::Quiet && self.format == Format::Human {
            let line = human::status_line(verb, text, self.style);
            let _ = writeln!(self.err, "{line}");
        }
    }

    /// Writes text of the story as it is.
    pub fn note(&mut self, text: &str) {
        if self.verbosity > Verbosity::Quiet && self.format == Format::Human {
            let _ = writeln!(self.err, "{text}");
        }
    }

    /// Writes a diagnostic.
    pub fn diagnostic(&mut self, diagnostic: &Diagnostic) {
        match self.format {
            Format::Human => {
                let _ = write!(self.err, "{}", render(diagnostic, self.style));
            }
            Format::Json => {
                let line = json::diagnostic(diagnostic);
                self.answer(&line);
            }
        }
    }

    /// Whether somebody can be asked.
    pub fn can_ask(&self) -> bool {
        self.input.is_some() && self.format == Format::Human
    }

    /// Asks a question to be answered with yes or no; yes when only Enter is pressed, no at the end of the input.
    pub fn confirm(&mut self, question: &str) -> bool {
        let _ = write!(self.err, "{question} [Y/n] ");
        let _ = self.err.flush();
        let mut line = String::new();
        let Some(input) = &mut self.input else { return false };
        match input.read_line(&mut line) {
            Ok(0) | Err(_) => false,
            Ok(_) => matches!(line.trim().to_lowercase().as_str(), "" | "y" | "yes"),
        }
    }

    /// A reader of the engine's events that tells them in this `Ui`'s way.
    pub fn events(&mut self) -> Events<'_> {
        let progress = Progress::new(self.live && self.format == Format::Human && self.verbosity > Verbosity::Quiet);
        Events { ui: self, progress }
    }
}

/// Tells the engine's events.
pub struct Events<'a> {
    ui: &'a mut Ui,
    progress: Progress,
}

impl EventSink for Events<'_> {
    fn event(&mut self, event: &BuildEvent) {
        match self.ui.format {
            Format::Json => {
                if let Some(line) = json::build_event(event) {
                    self.ui.answer(&line);
                }
            }
            Format::Human => self.progress.tell(event, &mut self.ui.err, self.ui.verbosity, self.ui.style),
        }
    }
}
