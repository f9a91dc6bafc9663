//! What there is to say about a step that failed.

use conjoin_diagnostics::Diagnostic;
use conjoin_engine::{FailedStep, StepError, process::RunError};
use conjoin_plan::{Subject, Tool};

use crate::tools::tool_name;

/// A step that failed, in parts that are printed one after the other.
pub(super) struct Failure {
    /// What failed, the command and its folder.
    pub(crate) what: Diagnostic,
    /// The tool's own output, untouched.
    pub(crate) output: Vec<u8>,
    /// What is known of the cause.
    pub(crate) hints: Vec<String>,
    /// What is wrong in the user's files.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Everything there is to say about `failed`.
pub(super) fn explain(failed: &FailedStep) -> Failure {
    let (code, subject) = match &failed.subject {
        Subject::Component(name) => ("build::step-failed", format!("component `{name}`")),
        Subject::Bindings(name) => ("build::step-failed", format!("the bindings of `{name}`")),
        Subject::Composition(name) => ("compose::failed", format!("the composition of `{name}`")),
        Subject::NativeCode(name) => ("run::no-native-code", format!("the native code of `{name}`")),
        Subject::Installation(tool) => ("install::step-failed", format!("the installation of {}", tool_name(*tool))),
    };
    let error = conjoin_engine::error_chain(&failed.error);
    let mut what = Diagnostic::error(code, format!("{subject}: {}: {error}", failed.title));
    if let Some(command) = &failed.command {
        what = what.note(format!("the command was:\n{command}"));
    }
    if let Some(folder) = &failed.cwd {
        what = what.note(format!("in the folder {folder}"));
    }
    let diagnostics = match &failed.error {
        StepError::Perform(error) => error.diagnostics.clone(),
        StepError::Input { .. }
        | StepError::Run(_)
        | StepError::MissingOutput { .. }
        | StepError::MissingDepInfo { .. }
        | StepError::Overtaken { .. }
        | StepError::UnreadableList { .. }
        | StepError::File { .. } => Vec::new(),
    };
    Failure { what, output: failed.output.clone(), hints: hints(failed), diagnostics }
}

/// What the toolchains that need the tool that failed know of failures with such an output.
fn hints(failed: &FailedStep) -> Vec<String> {
    let tool = match failed.subject {
        Subject::Installation(tool) => Some(tool),
        Subject::Component(_) | Subject::Bindings(_) | Subject::Composition(_) | Subject::NativeCode(_) => failed.tool,
    };
    let needs = |tools: &[Tool]| tool.is_some_and(|tool| tools.contains(&tool));
    let output = String::from_utf8_lossy(&failed.output);
    let toolchains = conjoin_toolchains::all().toolchains;
    let toolchains = toolchains.iter().filter(|toolchain| needs(toolchain.requirements()));
    let known = toolchains.flat_map(|toolchain| toolchain.hints());
    let mut hints: Vec<String> =
        known.filter(|hint| output.contains(hint.when)).map(|hint| hint.say.to_owned()).collect();
    hints.dedup();
    if let StepError::Run(RunError::TimedOut { .. }) = failed.error {
        hints.push("If it needs more time, give it some with `--step-timeout`, e.g. `--step-timeout 3h`.".to_owned());
    }
    hints
}
