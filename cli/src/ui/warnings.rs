//! Warnings of tools that succeeded.

use std::collections::BTreeMap;

use conjoin_diagnostics::Diagnostic;
use conjoin_engine::{BuildEvent, StepOutcome};
use conjoin_plan::{AbsPath, Action, Finding, Plan, StepId, Subject, Toolchain, ToolchainSet};

use super::failure;

/// The largest number of warnings to show.
const MOST: usize = 20;

/// How much of a program's output is searched for warnings, in bytes.
const MOST_BYTES: usize = 1024 * 1024;

/// Collects warnings about the app's files during a build.
pub(super) struct Warnings<'a> {
    app: &'a AbsPath,
    /// The working folders of steps whose output can be parsed.
    programs: BTreeMap<&'a StepId, (&'a AbsPath, &'static dyn Toolchain)>,
    /// The output of running steps.
    printed: BTreeMap<StepId, Vec<u8>>,
    /// The warnings that were shown, with the folders that their paths are relative to.
    told: Vec<(&'a AbsPath, Finding)>,
    /// The number of warnings that were not shown.
    more: usize,
}

impl<'a> Warnings<'a> {
    /// For the build of `plan` for the app in `app`.
    pub(super) fn new(plan: &'a Plan, app: &'a AbsPath, toolchains: &ToolchainSet) -> Self {
        let programs = plan.steps().iter().filter(|step| !matches!(step.subject, Subject::Installation(_)));
        let programs = programs.filter_map(|step| match &step.action {
            Action::Run(invocation) => Some((&step.id, (&invocation.cwd, toolchains.needing(invocation.tool)?))),
            _ => None,
        });
        Self { app, programs: programs.collect(), printed: BTreeMap::new(), told: Vec::new(), more: 0 }
    }

    /// Gives the warnings to show after `event`: those of a step that has succeeded.
    pub(super) fn collect(&mut self, event: &BuildEvent) -> Vec<Diagnostic> {
        match event {
            BuildEvent::StepOutput { step, output } if self.programs.contains_key(step) => {
                let printed = self.printed.entry(step.clone()).or_default();
                let room = MOST_BYTES.saturating_sub(printed.len());
                printed.extend_from_slice(&output[..output.len().min(room)]);
                Vec::new()
            }
            BuildEvent::StepFinished { step, outcome, .. } => {
                let printed = self.printed.remove(step).filter(|_| *outcome == StepOutcome::Built);
                printed.map(|printed| self.read(step, &printed)).unwrap_or_default()
            }
            _ => Vec::new(),
        }
    }

    /// A note on how many warnings were not shown.
    pub(super) fn left_out(&self) -> Option<Diagnostic> {
        let message = format!("{} more warnings are not shown", self.more);
        let hint = "fix some: a build that compiles this again shows the next ones, and with `-v` all of them";
        (self.more > 0).then(|| Diagnostic::warning("build::more-warnings", message).hint(hint))
    }

    fn read(&mut self, step: &StepId, printed: &[u8]) -> Vec<Diagnostic> {
        let Some((cwd, toolchain)) = self.programs.get(step).copied() else { return Vec::new() };
        let mut diagnostics = Vec::new();
        for finding in toolchain.warnings(&String::from_utf8_lossy(printed)) {
            // A header is compiled for each file that includes it, and a step may run twice.
            let finding = (cwd, finding);
            if self.told.contains(&finding) {
                continue;
            }
            let Some(diagnostic) = failure::warning(finding.1.clone(), self.app, cwd) else { continue };
            if self.told.len() < MOST {
                self.told.push(finding);
                diagnostics.push(diagnostic);
            } else {
                self.more += 1;
            }
        }
        diagnostics
    }
}
