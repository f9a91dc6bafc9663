//! Reports on an executed plan: failures, the page with timings, the exit code.

use conjoin_diagnostics::{Diagnostic, Severity};
use conjoin_engine::{BuildOutcome, BuildReport, FailedStep, Scope, StepOutcome};
use conjoin_plan::Subject;

use crate::{
    execute::Task,
    exit::{CommandError, Exit},
    session::Session,
    timings,
    ui::{Format, Ui},
};

/// Prints what failed. If something did, gives an error without further diagnostics.
pub(crate) fn conclude(session: &mut Session<'_>, task: &Task<'_>, report: &BuildReport) -> Result<(), CommandError> {
    for failed in &report.failed {
        session.ui.failure(failed, &task.layout.app, Severity::Error);
    }
    if report.outcome() == BuildOutcome::Done && task.scope == Scope::App {
        tell_times(session.ui, task, report);
    }
    if task.work.timings && task.scope == Scope::App {
        write_timings(session, task, report)?;
    }
    match report.outcome() {
        BuildOutcome::Done => Ok(()),
        BuildOutcome::Failed if task.scope == Scope::Cache => Err(CommandError::environment(vec![
            Diagnostic::error("install::failed", "the tools could not be installed")
                .hint("what was done so far is kept: repeat the command once the cause is fixed"),
        ])),
        BuildOutcome::Failed => {
            let exit = if report.failed.iter().any(FailedStep::is_bug) { Exit::Internal } else { Exit::Project };
            let summary = summary(report);
            Err(CommandError { exit, diagnostics: vec![Diagnostic::error("build::failed", summary)] })
        }
        BuildOutcome::Cancelled => Err(CommandError { exit: Exit::Interrupted, diagnostics: Vec::new() }),
    }
}

/// Prints what took the time of a build.
fn tell_times(ui: &mut Ui, task: &Task<'_>, report: &BuildReport) {
    let figures = timings::Figures::new(task.plan, report, task.work.jobs.get());
    match ui.format {
        Format::Human => figures.in_words(report).iter().for_each(|path| ui.status("Critical path", path)),
        Format::Json => ui.answer_json("times", figures.for_programs(report)),
    }
}

/// Writes the page with the timings of the steps.
fn write_timings(session: &mut Session<'_>, task: &Task<'_>, report: &BuildReport) -> Result<(), CommandError> {
    let page = timings::page(&task.layout.app.file_name(), task.plan, report, task.work.jobs.get());
    let path = task.layout.dot_conjoin().join("timings.html");
    let written = page.map_err(std::io::Error::other).and_then(|page| fs_err::write(&path, page));
    written.map_err(|error| CommandError::io("build::timings-unwritable", &error))?;
    session.ui.status("Timings", &session.machine.process.shown(&path));
    Ok(())
}

/// Says in one sentence which components failed and which were skipped.
fn summary(report: &BuildReport) -> String {
    let named = |outcome: StepOutcome| {
        let steps = report.steps.iter().filter(|step| step.outcome == outcome);
        let mut names: Vec<String> = steps
            .map(|step| match &step.subject {
                // Most subjects are components, so the name is enough.
                Subject::Component(name) => format!("`{name}`"),
                other => format!("{other:#}"),
            })
            .collect();
        names.dedup();
        names
    };
    let failed = named(StepOutcome::Failed);
    let skipped: Vec<String> = named(StepOutcome::Skipped).into_iter().filter(|name| !failed.contains(name)).collect();
    let because =
        if skipped.is_empty() { String::new() } else { format!("; {} had to be skipped", skipped.join(", ")) };
    format!("{} could not be built{because}", failed.join(", "))
}
