//! The only code that prints.
//!
//! stdout is the answer (paths, plans, JSON lines), stderr is the printer. A [`Ui`] is made in `main` from the streams and passed
//! first to every command.

mod failure;
mod human;
mod json;
mod stream;
mod terminal;
mod warnings;

use std::{
    io::{self, Write},
    time::Instant,
};

use conjoin_diagnostics::{Diagnostic, Foreign, Severity, Style, printable, render};
use conjoin_engine::{BuildEvent, EventSink, FailedStep};
use conjoin_plan::{AbsPath, Plan, ToolchainSet};

use human::Progress;
pub(crate) use human::status_line;
pub(crate) use json::line as json_line;
pub(crate) use stream::Stream;
use warnings::Warnings;

/// A text as one word of a POSIX shell.
pub(crate) fn quote_text(text: &str) -> String {
    conjoin_plan::quote(text.as_ref()).into_owned()
}

/// A path as one word of a POSIX shell.
pub(crate) fn quote_path(path: &AbsPath) -> String {
    conjoin_plan::quote(path.as_path().as_os_str()).into_owned()
}

/// How much is said on stderr.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verbosity {
    /// Only errors.
    Quiet,
    /// A line per component.
    Normal,
    /// A line per step, with the reason and the tools' output.
    Verbose,
}

/// What stdout carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// The answer as text.
    Human,
    /// Events and the answer as JSON lines.
    Json,
}

/// The streams, and how they are written to.
pub(crate) struct Ui {
    /// Where the answer goes.
    pub(crate) out: Box<dyn Write>,
    /// Whether that is a terminal: programs get the answer as it is, people see what a terminal would obey.
    pub(crate) out_is_terminal: bool,
    /// Where the output goes.
    pub(crate) err: Box<dyn Write>,
    /// Why a part of the answer could not be written.
    pub(crate) output_error: Option<io::Error>,
    /// Where answers to questions come from; `None` when nobody can be asked.
    pub(crate) input: Option<Box<dyn io::BufRead>>,
    /// Whether stderr has colours.
    pub(crate) style: Style,
    /// The stream of stderr, if it is a terminal, so that a live line can be drawn.
    pub(crate) live: Option<Stream>,
    /// How much is said.
    pub(crate) verbosity: Verbosity,
    /// What stdout carries.
    pub(crate) format: Format,
    /// What knows the names of tools, and what they print.
    pub(crate) toolchains: ToolchainSet,
}

impl Ui {
    /// Writes a line of the answer.
    pub(crate) fn answer(&mut self, text: &str) {
        let text = if self.out_is_terminal { printable(text, Foreign::Lines) } else { text.into() };
        match writeln!(self.out, "{text}").and_then(|()| self.out.flush()) {
            // A closed pipe means that nobody wants the rest.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => drop(self.output_error.get_or_insert(error)),
            Ok(()) | Err(_) => {}
        }
    }

    /// Writes a part of the answer for programs: one JSON object.
    pub(crate) fn answer_json(&mut self, reason: &str, value: serde_json::Value) {
        let line = json::line(reason, value);
        self.answer(&line);
    }

    /// Writes a line: a verb in cargo's column, and what it is about.
    pub(crate) fn status(&mut self, verb: &str, text: &str) {
        if self.verbosity > Verbosity::Quiet && self.format == Format::Human {
            let line = status_line(verb, text, self.style);
            drop(writeln!(self.err, "{line}"));
        }
    }

    /// Writes lines without a verb.
    pub(crate) fn note(&mut self, text: &str) {
        if self.verbosity > Verbosity::Quiet && self.format == Format::Human {
            let text = printable(text, Foreign::Lines);
            drop(writeln!(self.err, "{text}"));
        }
    }

    /// Writes a diagnostic.
    pub(crate) fn diagnostic(&mut self, diagnostic: &Diagnostic) {
        match self.format {
            Format::Human => {
                drop(write!(self.err, "{}", render(diagnostic, self.style)));
            }
            Format::Json => {
                let line = json::diagnostic(diagnostic);
                self.answer(&line);
            }
        }
    }

    /// Writes what there is to say about a step that failed for the app in `app`: what is wrong in the app's files, the rest of its
    /// tool's output, then what failed, where it was run, and what is known of the cause. That is a warning where something
    /// else is done in its place.
    pub(crate) fn failure(&mut self, failed: &FailedStep, app: &AbsPath, severity: Severity) {
        let failure = failure::explain(failed, app, severity, &self.toolchains);
        for finding in &failure.findings {
            self.diagnostic(finding);
        }
        match self.format {
            Format::Human => {
                let rest = printable(&failure.rest, Foreign::Output(self.style));
                drop(self.err.write_all(rest.as_bytes()));
                if !rest.is_empty() && !rest.ends_with('\n') {
                    drop(writeln!(self.err));
                }
                self.diagnostic(&failure.for_people(self.verbosity));
            }
            Format::Json => self.diagnostic(&failure.for_programs()),
        }
    }

    /// Whether somebody can be asked.
    pub(crate) fn can_ask(&self) -> bool {
        self.input.is_some() && self.format == Format::Human
    }

    /// Asks a question to be answered with yes or no; yes when only Enter is pressed, no at the end of the input.
    pub(crate) fn confirm(&mut self, question: &str) -> bool {
        drop(write!(self.err, "{} [Y/n] ", printable(question, Foreign::Line)));
        drop(self.err.flush());
        let mut line = String::new();
        let Some(input) = &mut self.input else { return false };
        match input.read_line(&mut line) {
            Ok(0) | Err(_) => false,
            Ok(_) => matches!(line.trim().to_lowercase().as_str(), "" | "y" | "yes"),
        }
    }

    /// Asks for a text; what was typed in one line without the space around it, `None` at the end of the input.
    pub(crate) fn ask(&mut self, question: &str, default: Option<&str>) -> Option<String> {
        let default = default.map_or_else(String::new, |default| format!(" [{default}]"));
        drop(write!(self.err, "{}: ", printable(&format!("{question}{default}"), Foreign::Line)));
        drop(self.err.flush());
        let mut line = String::new();
        match self.input.as_mut()?.read_line(&mut line) {
            Ok(0) | Err(_) => None,
            Ok(_) => Some(line.trim().to_owned()),
        }
    }

    /// A reader of the engine's events that tells them in this `Ui`'s way.
    pub(crate) fn events(&mut self) -> Events<'_> {
        let live = self.live.clone().filter(|_| self.draws_live_lines());
        let progress = Progress::new(self.verbosity, self.style, live, self.toolchains);
        Events { ui: self, progress, begun: Instant::now(), warnings: None }
    }

    /// A reader of the events of a build of `plan`, which also tells what tools that succeed warn of in the files of the app in `app`.
    pub(crate) fn events_of<'a>(&'a mut self, plan: &'a Plan, app: &'a AbsPath) -> Events<'a> {
        // Who wants to know all sees them among all that the tools print.
        let wanted = self.format == Format::Json || self.verbosity == Verbosity::Normal;
        let warnings = wanted.then(|| Warnings::new(plan, app, &self.toolchains));
        Events { warnings, ..self.events() }
    }

    /// Whether lines show what is running.
    pub(crate) fn draws_live_lines(&self) -> bool {
        self.live.is_some() && self.format == Format::Human && self.verbosity > Verbosity::Quiet
    }
}

/// Tells the engine's events.
pub(crate) struct Events<'a> {
    ui: &'a mut Ui,
    progress: Progress,
    begun: Instant,
    warnings: Option<Warnings<'a>>,
}

impl Events<'_> {
    fn show(&mut self, event: &BuildEvent) {
        match self.ui.format {
            Format::Json => {
                if let Some(line) = json::build_event(event) {
                    self.ui.answer(&line);
                }
            }
            Format::Human => self.progress.show(event, self.begun.elapsed(), &mut self.ui.err),
        }
    }

    fn warn(&mut self, diagnostic: &Diagnostic) {
        match self.ui.format {
            Format::Json => self.ui.diagnostic(diagnostic),
            Format::Human => {
                let text = render(diagnostic, self.ui.style);
                self.progress.print(&[text.trim_end_matches('\n').to_owned()], &mut self.ui.err);
            }
        }
    }
}

impl EventSink for Events<'_> {
    fn event(&mut self, event: BuildEvent) {
        if matches!(event, BuildEvent::Finished { .. })
            && let Some(left_out) = self.warnings.as_ref().and_then(Warnings::left_out)
        {
            self.warn(&left_out);
        }
        self.show(&event);
        let heard = self.warnings.as_mut().map(|warnings| warnings.collect(&event)).unwrap_or_default();
        for warning in heard {
            self.warn(&warning);
        }
    }
}
