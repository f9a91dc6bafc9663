//! An app that is built and whose tools are missing: under `--offline`, what it was built with stands in for them, as long as no step
//! has to start them.

use std::collections::BTreeSet;

use conjoin_diagnostics::{Diagnostic, Severity, subject};
use conjoin_engine::{BuildReport, FailedStep, StepError, assume_recorded};
use conjoin_plan::{Layout, ProbeRequest, ProbeResults, Tool, build, missing};

use crate::{
    app::App,
    exit::CommandError,
    session::{Goal, Session},
    settings::{InstallPolicy, WorkSettings},
};

/// Why nothing that is missing is installed.
const OFFLINE: &str =
    "the network is not used under `--offline`: repeat the command without it, with `--install-tools`";

/// Puts what the app was last built with in the place of what is missing from `probed`, where `work` allows no installation, and says
/// so.
pub(crate) fn assume(
    session: &mut Session<'_>,
    layout: &Layout,
    request: &ProbeRequest,
    work: &WorkSettings,
    probed: &mut ProbeResults,
) {
    if work.policy != InstallPolicy::Offline || work.from_nothing {
        return;
    }
    assume_recorded(request, layout, probed);
    let tools = probed.assumed.keys().map(ToString::to_string);
    let names: Vec<String> = tools.chain(probed.assumed_programs.iter().map(|name| format!("`{name}`"))).collect();
    if let Some((names, are)) = subject(&names) {
        session.ui.status("Assumed", &format!("{names} {are} missing, and taken to be as in the last build"));
    }
}

/// The error about the tools of `absent`, which `probed` does not have and `work` does not allow to install.
pub(crate) fn refuse(absent: &BTreeSet<Tool>, probed: &ProbeResults) -> CommandError {
    CommandError::environment(name_missing(absent, probed, OFFLINE))
}

/// A diagnostic for each tool of `absent`.
pub(crate) fn name_missing(absent: &BTreeSet<Tool>, probed: &ProbeResults, hint: &str) -> Vec<Diagnostic> {
    let diagnostics = absent.iter().map(|spec| {
        let found = probed.assumed.get(spec).or_else(|| probed.tools.get(spec));
        let diagnostic = missing(spec, found).hint(hint);
        if spec.providers.is_empty() { diagnostic.hint(spec.by_hand) } else { diagnostic }
    });
    diagnostics.collect()
}

/// Fails if steps of `report` had to start what was assumed to be there: with the error about what is missing, and why it is needed.
///
/// # Errors
///
/// The diagnostics about missing tools, or those about missing programs of the app's commands.
pub(crate) fn require_none(
    session: &mut Session<'_>,
    app: &App,
    goal: Goal<'_>,
    probed: &ProbeResults,
    report: &BuildReport,
) -> Result<(), CommandError> {
    let (stopped, others): (Vec<&FailedStep>, Vec<&FailedStep>) =
        report.failed.iter().partition(|failed| matches!(failed.error, StepError::ToolsMissing { .. }));
    if stopped.is_empty() {
        return Ok(());
    }
    for failed in others {
        session.ui.failure(failed, &app.layout.app, Severity::Error);
    }
    let mut absent = BTreeSet::new();
    for failed in &stopped {
        if let StepError::ToolsMissing { tools, .. } = &failed.error {
            absent.extend(tools.iter().copied().filter(|tool| probed.assumed.contains_key(tool)));
        }
    }
    let mut error = refuse(&absent, probed);
    if error.diagnostics.is_empty() {
        // Only programs that the manifest names: planning without them says so.
        let mut honest = probed.clone();
        honest.programs.retain(|name, _| !probed.assumed_programs.contains(name));
        let diagnostics = build(&app.model(&session.toolchains), &honest, goal.selection, goal.extent).err();
        error = CommandError::project(diagnostics.unwrap_or_default());
    }
    for diagnostic in &mut error.diagnostics {
        let notes = stopped.iter().map(|failed| failed.error.to_string());
        *diagnostic = notes.fold(diagnostic.clone(), Diagnostic::note);
    }
    Err(error)
}
