//! What there is to say about a step that failed.

use std::{io, ops::Range, path::Path, sync::Arc};

use conjoin_diagnostics::{Diagnostic, Severity, Source};
use conjoin_engine::{FailedStep, StepError, process::RunError};
use conjoin_plan::{AbsPath, Finding, Place, Reading, Subject, Tool, Toolchain, ToolchainSet};

use super::Verbosity;

/// A step that failed, in parts that are printed one after the other.
pub(super) struct Failure {
    /// What is wrong in the user's files, as the tool or conjoin itself said it.
    pub(crate) findings: Vec<Diagnostic>,
    /// Of the tool's output, what was not understood.
    pub(crate) rest: String,
    /// All of the tool's output.
    output: String,
    /// What failed.
    what: Diagnostic,
    /// What is known of the cause.
    hints: Vec<String>,
    /// The folder that the command ran in.
    folder: Option<String>,
    /// The command, to be pasted.
    command: Option<String>,
}

impl Failure {
    /// What failed, where and why. The command is long, and so is only shown to those who want to know all.
    pub(crate) fn for_people(&self, verbosity: Verbosity) -> Diagnostic {
        let command = self.command.as_ref().filter(|_| verbosity == Verbosity::Verbose);
        let command = command.map(|command| format!("the command was: {command}"));
        let more = if command.is_none() { "; `-v` shows the command" } else { "" };
        let folder = self.folder.as_ref().map(|folder| format!("in the folder {folder}{more}"));
        self.what_with(command.into_iter().chain(folder))
    }

    /// The same for programs, with all that the tool has printed.
    pub(crate) fn for_programs(&self) -> Diagnostic {
        let notes = [
            self.command.as_ref().map(|command| format!("the command was:\n{command}")),
            self.folder.as_ref().map(|folder| format!("in the folder {folder}")),
            Some(self.output.clone()).filter(|output| !output.is_empty()),
        ];
        self.what_with(notes.into_iter().flatten())
    }

    fn what_with(&self, notes: impl Iterator<Item = String>) -> Diagnostic {
        let what = notes.fold(self.what.clone(), Diagnostic::note);
        self.hints.iter().cloned().fold(what, Diagnostic::hint)
    }
}

/// Everything there is to say about `failed`, a step for the app in `app`; `severity` says how bad it is.
pub(super) fn explain(failed: &FailedStep, app: &AbsPath, severity: Severity, set: &ToolchainSet) -> Failure {
    let code = match &failed.subject {
        Subject::Component(_) | Subject::Bindings(_) => "build::step-failed",
        Subject::Composition(_) => "compose::failed",
        Subject::NativeCode(_) => "run::no-native-code",
        Subject::Installation(_) => "install::step-failed",
    };
    let subject = format!("{:#}", failed.subject);
    let error = conjoin_engine::error_chain(&failed.error);
    let message = format!("{subject}: {}: {error}", failed.title);
    let own = match &failed.error {
        StepError::Perform(error) => error.diagnostics.clone(),
        StepError::Input { .. }
        | StepError::ToolsMissing { .. }
        | StepError::Run(_)
        | StepError::MissingOutput { .. }
        | StepError::MissingDepInfo { .. }
        | StepError::UnreadableList { .. }
        | StepError::File { .. } => Vec::new(),
    };
    let raw = String::from_utf8_lossy(&failed.output);
    let toolchain = failed.tool.and_then(|tool| set.needing(tool));
    let output = toolchain.map_or_else(|| raw.to_string(), |toolchain| toolchain.for_people(&raw));
    let is_installation = matches!(failed.subject, Subject::Installation(_));
    let reading = match toolchain.filter(|_| !is_installation) {
        Some(toolchain) => toolchain.findings(&raw),
        None => Reading::nothing(&output),
    };
    let place = Places { app, cwd: failed.cwd.as_ref().unwrap_or(app) };
    Failure {
        findings: reading.findings.into_iter().map(|finding| place.diagnostic(finding)).chain(own).collect(),
        rest: reading.rest,
        what: Diagnostic { severity, ..Diagnostic::error(code, message) },
        hints: hints(failed, &output, set).chain(start_hint(failed, app)).collect(),
        output,
        folder: failed.cwd.as_ref().map(ToString::to_string),
        command: failed.command.clone(),
    }
}

/// What a tool that ran in `cwd` warns of, if its place is in a file of the app in `app` that conjoin did not make.
pub(super) fn warning(finding: Finding, app: &AbsPath, cwd: &AbsPath) -> Option<Diagnostic> {
    let diagnostic = Places { app, cwd }.diagnostic(finding);
    let file = Path::new(&diagnostic.labels.first()?.source.name);
    let is_foreign = file.is_absolute() || file.iter().any(|part| part == ".conjoin" || part == "node_modules");
    (!is_foreign).then_some(Diagnostic { severity: Severity::Warning, ..diagnostic })
}

/// The toolchains that need the tool that failed.
fn toolchains(failed: &FailedStep, set: &ToolchainSet) -> impl Iterator<Item = &'static dyn Toolchain> + use<> {
    let tool = match failed.subject {
        Subject::Installation(tool) => Some(tool),
        Subject::Component(_) | Subject::Bindings(_) | Subject::Composition(_) | Subject::NativeCode(_) => failed.tool,
    };
    let needs = move |tools: &[Tool]| tool.is_some_and(|tool| tools.contains(&tool));
    set.toolchains.iter().copied().filter(move |toolchain| needs(toolchain.requirements()))
}

/// What these toolchains know of failures with such an output.
fn hints(failed: &FailedStep, output: &str, set: &ToolchainSet) -> impl Iterator<Item = String> + use<> {
    let known = toolchains(failed, set).flat_map(Toolchain::hints);
    let mut hints: Vec<String> =
        known.filter(|hint| output.contains(hint.when)).map(|hint| hint.say.to_owned()).collect();
    hints.dedup();
    if let StepError::Run(RunError::TimedOut { .. }) = failed.error {
        hints.push("If it needs more time, give it some with `--step-timeout`, e.g. `--step-timeout 3h`.".to_owned());
    }
    hints.into_iter()
}

/// What to do about a file of the app's that could not be started.
fn start_hint(failed: &FailedStep, app: &AbsPath) -> Option<String> {
    let StepError::Run(RunError::Spawn { program, source }) = &failed.error else { return None };
    let file = program.as_path().strip_prefix(app.as_path()).ok()?;
    let file = conjoin_plan::quote(file.as_os_str()).into_owned();
    match source.kind() {
        io::ErrorKind::PermissionDenied => Some(format!("make it a program: `chmod +x {file}` in the app's folder")),
        io::ErrorKind::NotFound => Some(format!("the program that the first line of {file} names is not there")),
        _ => Some(format!(
            "a script begins with the program that reads it: write `#!/bin/sh` into the first line of {file}"
        )),
    }
}

/// How files are found that a tool names.
struct Places<'a> {
    app: &'a AbsPath,
    /// The folder that the tool ran in.
    cwd: &'a AbsPath,
}

impl Places<'_> {
    fn diagnostic(&self, finding: Finding) -> Diagnostic {
        let Finding { code, message, places, notes, hints } = finding;
        let mut diagnostic = Diagnostic::error(code, message);
        let mut sources: Vec<Arc<Source>> = Vec::new();
        for place in places {
            match self.source(&place.file, &mut sources) {
                Some(source) => diagnostic = diagnostic.label(&source, span(&source, &place), place.text),
                None => diagnostic = diagnostic.note(unseen(&place)),
            }
        }
        let diagnostic = notes.into_iter().fold(diagnostic, Diagnostic::note);
        hints.into_iter().fold(diagnostic, Diagnostic::hint)
    }

    /// The file, by its name in the app if it lies there. A tool names files from its folder or, in a workspace, from one around it.
    fn source(&self, file: &str, sources: &mut Vec<Arc<Source>>) -> Option<Arc<Source>> {
        let around = self.cwd.as_path().ancestors().take_while(|folder| folder.starts_with(self.app.as_path()));
        let path = around.chain([self.cwd.as_path()]).map(|folder| folder.join(file)).find(|path| path.is_file())?;
        let path = AbsPath::new(path)?;
        let name = path.as_path().strip_prefix(self.app.as_path()).unwrap_or(path.as_path()).display().to_string();
        if let Some(known) = sources.iter().find(|source| source.name == name) {
            return Some(Arc::clone(known));
        }
        let text = fs_err::read(Path::new(path.as_path())).ok()?;
        let source = Arc::new(Source::new(name, String::from_utf8_lossy(&text)));
        sources.push(Arc::clone(&source));
        Some(source)
    }
}

/// The bytes of a place: those up to its end, or one word, or the line without the space around it.
fn span(source: &Source, place: &Place) -> Range<usize> {
    let start = source.byte(place.line, place.column.unwrap_or(1));
    let line = &source.text[start..source.byte(place.line, usize::MAX)];
    match (place.column, place.end) {
        (Some(_), Some((line, column))) => start..source.byte(line, column).max(start),
        (Some(_), None) => {
            let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
            let word = line.find(|letter| !is_part(letter)).unwrap_or(line.len());
            start..start + word.max(line.chars().next().map_or(0, char::len_utf8))
        }
        (None, _) => start + line.len() - line.trim_start().len()..start + line.trim_end().len(),
    }
}

/// A place in a file that cannot be read.
fn unseen(place: &Place) -> String {
    let Place { file, line, column, text, .. } = place;
    let column = column.map_or(String::new(), |column| format!(":{column}"));
    let text = if text.is_empty() { String::new() } else { format!(": {text}") };
    format!("at {file}:{line}{column}{text}")
}
