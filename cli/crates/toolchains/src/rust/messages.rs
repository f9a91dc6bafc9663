//! What cargo and rustc say, as lines of JSON (`cargo build --message-format json`).
//!
//! cargo writes what rustc says to stdout, a JSON object in a line, and its own words as text to stderr. Both come as one output.
//! Where it is asked to, it also draws a bar on stderr.

use conjoin_plan::{Finding, Place, Reading};
use serde::Deserialize;

/// What cargo prints of its own work, in its column of verbs.
const PROGRESS: [&str; 11] = [
    "Adding",
    "Blocking",
    "Checking",
    "Compiling",
    "Downloaded",
    "Downloading",
    "Finished",
    "Fresh",
    "Locking",
    "Running",
    "Updating",
];

/// What has cargo draw its bar where there is no terminal, in so many columns: half of them are for the words beside it.
pub(crate) const WITH_PROGRESS: &[(&str, &str)] =
    &[("CARGO_TERM_PROGRESS_WHEN", "always"), ("CARGO_TERM_PROGRESS_WIDTH", "100")];

/// A line of JSON.
#[derive(Deserialize)]
struct Line {
    reason: String,
    message: Option<Message>,
}

#[derive(Deserialize)]
struct Message {
    #[serde(rename = "message")]
    text: String,
    code: Option<Code>,
    level: String,
    #[serde(default)]
    spans: Vec<Span>,
    #[serde(default)]
    children: Vec<Self>,
    rendered: Option<String>,
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

#[derive(Deserialize)]
struct Span {
    file_name: String,
    line_start: usize,
    line_end: usize,
    column_start: usize,
    column_end: usize,
    is_primary: bool,
    label: Option<String>,
    suggested_replacement: Option<String>,
}

/// The text that cargo would have printed without `--message-format json`.
pub(crate) fn for_people(output: &str) -> String {
    let mut text = String::new();
    for line in output.split_inclusive('\n') {
        match parse(line) {
            Some(line) => text.extend(line.message.and_then(|message| message.rendered)),
            None => text.push_str(line),
        }
    }
    text
}

/// What stands beside the bar, if there is one: how much is done, and what is being done.
pub(crate) fn progress(line: &str) -> Option<String> {
    let told = line.split_once("] ").map_or(line.to_owned(), |(_, told)| told.replacen(": ", " ", 1));
    Some(told.trim().to_owned()).filter(|told| !told.is_empty())
}

/// The errors. Warnings and the words of cargo are left out where there are any.
pub(crate) fn findings(output: &str) -> Reading {
    let (mut findings, mut rest) = (Vec::new(), String::new());
    for line in output.split_inclusive('\n') {
        match parse(line) {
            Some(line) => findings.extend(line.message.filter(Message::is_error).map(Message::finding)),
            None if is_about_the_build(line) => {}
            None => rest.push_str(line),
        }
    }
    if findings.is_empty() {
        return Reading::nothing(&for_people(output));
    }
    // A package that is built as a library and as a program says everything twice.
    findings.dedup();
    Reading { findings, rest }
}

/// The warnings, but for how many there were.
pub(crate) fn warnings(output: &str) -> Vec<Finding> {
    let messages = output.lines().filter_map(|line| parse(line)?.message);
    let mut warnings: Vec<Finding> = messages
        .filter(|message| message.level == "warning" && !message.spans.is_empty())
        .map(|message| Finding { code: "rust::warning", ..message.finding() })
        .collect();
    warnings.dedup();
    warnings
}

fn parse(line: &str) -> Option<Line> {
    let line: Line = line.starts_with("{\"reason\":").then(|| serde_json::from_str(line).ok()).flatten()?;
    (!line.reason.is_empty()).then_some(line)
}

/// Whether a line of cargo's own says nothing that its findings do not.
fn is_about_the_build(line: &str) -> bool {
    let trimmed = line.trim();
    let verb = line.starts_with(' ') && PROGRESS.iter().any(|verb| trimmed.starts_with(verb));
    verb || trimmed.is_empty()
        || trimmed.starts_with("error: could not compile `")
        || trimmed.starts_with("warning: build failed, waiting for other jobs")
}

impl Message {
    /// Not how many errors there were, nor where one can read about them.
    fn is_error(&self) -> bool {
        self.level.starts_with("error") && !self.text.starts_with("aborting due to")
    }

    /// The linker's command, and that it is not even all of it: long, and in nobody's files.
    fn is_command(&self) -> bool {
        self.text.starts_with(" \"") || self.text.starts_with("some arguments are omitted")
    }

    fn finding(self) -> Finding {
        let message = match &self.code {
            Some(code) => format!("{} ({})", self.text, code.code),
            None => self.text,
        };
        // Macros say several lines at a time.
        let (message, more) = message.split_once('\n').unwrap_or((&message, ""));
        let mut finding = Finding { code: "rust::error", message: message.to_owned(), ..Finding::default() };
        finding.notes.extend(Some(more.trim().to_owned()).filter(|more| !more.is_empty()));
        // The main place comes first.
        let (primary, others): (Vec<Span>, Vec<Span>) = self.spans.into_iter().partition(|span| span.is_primary);
        finding.places = primary.into_iter().chain(others).map(Span::place).collect();
        for child in self.children {
            child.explain(&mut finding);
        }
        finding
    }

    /// Adds what a note or a piece of advice says.
    fn explain(self, finding: &mut Finding) {
        let replacements: Vec<String> =
            self.spans.iter().filter_map(|span| span.suggested_replacement.clone()).collect();
        let replacements: Vec<&str> =
            replacements.iter().map(|text| text.trim()).filter(|text| !text.is_empty()).collect();
        if !replacements.is_empty() {
            let written = replacements.iter().all(|text| self.text.contains(text));
            let what = if written { String::new() } else { format!(": `{}`", replacements.join("` and `")) };
            finding.hints.push(format!("{}{what}", self.text));
        } else if self.level == "help" {
            finding.hints.push(self.text);
        } else if !self.is_command() {
            let place = self.spans.into_iter().find(|span| span.is_primary).map(Span::place);
            let place = place.filter(|place| !place.file.starts_with('<') && !place.file.starts_with("/rustc/"));
            match place {
                Some(place) if !place.file.starts_with('/') => {
                    finding.places.push(Place { text: self.text, ..place });
                }
                Some(_) | None => finding.notes.push(self.text.trim_end().to_owned()),
            }
        }
    }
}

impl Span {
    fn place(self) -> Place {
        Place {
            file: self.file_name,
            line: self.line_start,
            column: Some(self.column_start),
            end: Some((self.line_end, self.column_end)),
            text: self.label.unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_beside_the_bar_tells_how_far_cargo_is() {
        for (line, told) in [
            (
                "    Building [                            ] 0/56: serde_core(build.rs), proc-macro2(build.rs)     ",
                Some("0/56 serde_core(build.rs), proc-macro2(build.rs)"),
            ),
            (
                "    Building [==========>                ] 22/56: wasmparser, serde_json(build)                  ",
                Some("22/56 wasmparser, serde_json(build)"),
            ),
            (
                " Downloading 61 crates, remaining bytes: 28.0 MB ",
                Some("Downloading 61 crates, remaining bytes: 28.0 MB"),
            ),
            ("", None),
        ] {
            assert_eq!(progress(line).as_deref(), told);
        }
    }
}
