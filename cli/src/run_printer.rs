//! What `run` tells while guests run.
//!
//! Guest output goes to stdout and stderr untouched, or, where that is a terminal, each line with the entry in front. conjoin's own
//! words go to stderr only.

use std::{
    collections::BTreeMap,
    io::{IsTerminal as _, Write as _},
    sync::Mutex,
};

use conjoin_diagnostics::{Foreign, Style, list, printable};
use conjoin_manifest::ComponentName;
use conjoin_policy::STDIO;
use conjoin_runtime::{Announcement, Failure, HowCompiled, RunEvent, StreamKind};
use serde_json::json;

use crate::{
    backtrace::shortened,
    settings::Machine,
    ui::{Format, Ui, Verbosity, quote_text, status_line},
};

/// By entry, the parts of it that have no error stream.
pub(crate) type Silent = BTreeMap<String, Vec<ComponentName>>;

/// Tells the events of a running app.
pub(crate) struct RunPrinter {
    /// Parts that cannot say why they fail; each entry's are told once.
    silent: Mutex<Silent>,
    style: Style,
    verbosity: Verbosity,
    format: Format,
    prefix_stdout: bool,
    prefix_stderr: bool,
    /// Whether stdout was found closed: then nobody wants the rest.
    closed: Mutex<bool>,
}

impl RunPrinter {
    /// A printer that prints the way `ui` speaks.
    pub(crate) fn new(ui: &Ui, machine: &Machine, silent: Silent) -> Self {
        Self {
            silent: Mutex::new(silent),
            style: ui.style,
            verbosity: ui.verbosity,
            format: ui.format,
            prefix_stdout: machine.process.stdout_is_terminal,
            prefix_stderr: machine.process.stderr_is_terminal && std::io::stderr().is_terminal(),
            closed: Mutex::new(false),
        }
    }

    /// Tells one event.
    pub(crate) fn report(&self, event: &RunEvent) {
        match event {
            RunEvent::GuestOutput { entry, stream, bytes } => self.guest(entry, *stream, bytes),
            RunEvent::Ready(announcement) => self.ready(announcement),
            RunEvent::Compiling { entry, how: HowCompiled::Quick } => {
                self.status("Compiling", &format!("{entry} to native code, quickly; optimised code follows"));
            }
            RunEvent::Compiling { entry, how: HowCompiled::Optimised } => {
                self.status("Compiling", &format!("{entry} to native code"));
            }
            RunEvent::Swapped { entry, took } => {
                let seconds = took.as_secs_f64();
                let what = format!("{entry}: fast code took over from the quickly compiled one after {seconds:.1} s");
                self.status("Optimised", &what);
            }
            RunEvent::NotKept { entry, reason } => {
                self.say(&format!("warning: optimised code of `{entry}` was not kept: {reason}"));
            }
            RunEvent::Denied(denied) => self.say(&format!("denied: {denied}")),
            RunEvent::Failed(failure) => {
                self.say(&format!("error: {}", self.shown(failure)));
                self.explain_silence(failure);
            }
            RunEvent::Dropped { count } => {
                self.say(&format!("warning: {count} messages were dropped, because nobody read those before them"));
            }
            RunEvent::Draining { connections } => {
                self.status(
                    "Stopping",
                    &format!("when open connections are done ({connections}); Ctrl-C again ends at once"),
                );
            }
        }
    }

    /// The failure as it is told: all frames are for those who want to know all, and for programs.
    fn shown(&self, failure: &Failure) -> Failure {
        let all = self.verbosity == Verbosity::Verbose || self.format == Format::Json;
        let backtrace = if all { failure.backtrace.clone() } else { shortened(&failure.backtrace) };
        Failure { backtrace, ..failure.clone() }
    }

    /// A part without an error stream takes what it would have said with it.
    fn explain_silence(&self, failure: &Failure) {
        if !failure.stderr.is_empty() {
            return;
        }
        let silent = self.silent.lock().ok().and_then(|mut silent| silent.remove(&failure.entry));
        let silent = silent.unwrap_or_default();
        if !silent.is_empty() {
            self.say(&format!(
                "note: nothing is seen of what {} may have said: `{}` gives a component an error stream",
                list(&silent),
                STDIO.line(None)
            ));
        }
    }

    fn ready(&self, Announcement { address, examples }: &Announcement) {
        if self.format == Format::Json {
            let line = crate::ui::json_line("serving", json!({ "address": address }));
            self.out(format!("{line}\n").as_bytes());
            return;
        }
        self.status("Serving", address);
        for words in examples {
            let words: Vec<String> = words.iter().map(|word| quote_text(word)).collect();
            self.status("Try", &words.join(" "));
        }
    }

    fn guest(&self, entry: &str, stream: StreamKind, bytes: &[u8]) {
        if self.format == Format::Json {
            let stream = match stream {
                StreamKind::Stdout => "stdout",
                StreamKind::Stderr => "stderr",
            };
            let text = String::from_utf8_lossy(bytes);
            let line = crate::ui::json_line("guest-output", json!({ "entry": entry, "stream": stream, "text": text }));
            self.out(format!("{line}\n").as_bytes());
            return;
        }
        match stream {
            StreamKind::Stdout if self.prefix_stdout => self.out(&prefixed(entry, bytes)),
            StreamKind::Stdout => self.out(bytes),
            StreamKind::Stderr if self.prefix_stderr => err(&prefixed(entry, bytes)),
            StreamKind::Stderr => err(bytes),
        }
    }

    fn out(&self, bytes: &[u8]) {
        let Ok(mut closed) = self.closed.lock() else { return };
        if !*closed {
            let mut stdout = std::io::stdout().lock();
            *closed = stdout.write_all(bytes).and_then(|()| stdout.flush()).is_err();
        }
    }

    fn status(&self, verb: &str, text: &str) {
        if self.verbosity > Verbosity::Quiet && self.format == Format::Human {
            err(format!("{}\n", status_line(verb, text, self.style)).as_bytes());
        }
    }

    fn say(&self, text: &str) {
        if self.format == Format::Json {
            let line = crate::ui::json_line("message", json!({ "text": text }));
            self.out(format!("{line}\n").as_bytes());
        } else {
            err(format!("{}\n", printable(text, Foreign::Lines)).as_bytes());
        }
    }
}

fn err(bytes: &[u8]) {
    // Nothing can be told where stderr is closed.
    drop(std::io::stderr().lock().write_all(bytes));
}

/// A line of a guest for a terminal: the entry in front, what a terminal would obey made visible, colours, too.
fn prefixed(entry: &str, bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    let text = printable(&text, Foreign::Lines);
    let end = if text.ends_with('\n') { "" } else { "\n" };
    format!("{entry} | {text}{end}").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::prefixed;

    #[test]
    fn a_line_names_its_entry_and_shows_control_characters() {
        let shown = |bytes: &[u8]| String::from_utf8(prefixed("api", bytes)).expect("text");
        assert_eq!(shown(b"a\tb\n"), "api | a\tb\n");
        assert_eq!(shown(b"without an end"), "api | without an end\n");
        assert_eq!(shown(b"\x1b[2J\r\x07\n"), "api | \\u{1b}[2J\\r\\u{7}\n");
        assert_eq!(shown("\u{9b}31m \u{202e}".as_bytes()), "api | \\u{9b}31m \\u{202e}\n");
        assert_eq!(shown(b"not UTF-8: \xff\n"), "api | not UTF-8: \u{fffd}\n");
    }
}
