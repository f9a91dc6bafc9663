//! The build pipeline: tools, plan, execution.

use std::{collections::BTreeSet, time::Duration};

use conjoin_diagnostics::{Diagnostic, Severity};
use conjoin_engine::{
    BuildOutcome, BuildReport, Environment, Examined, ExecuteError, ExecuteOptions, FailedStep, Limits, OnFailure,
    Scope, StepOutcome, examine, execute,
};
use conjoin_manifest::ComponentName;
use conjoin_plan::{
    AbsPath, BuildRequest, Extent, Layout, Plan, Selection, Subject, Tool, build, component_path, needed_tools,
    places_to_ask, programs_to_find, selected_components, texts_to_read,
};

use crate::{
    app::App,
    commands::keep_schema,
    exit::{CommandError, Exit},
    performer::SystemPerformer,
    settings::{Machine, WorkSettings},
    timings, tools,
    ui::{Format, Ui},
};

/// How long a step may take until it is told that it is still at work.
const LASTING: Duration = Duration::from_secs(30);

/// How long a program may print nothing until that is told.
const SILENCE: Duration = Duration::from_mins(1);

/// Builds the components of `selection` and composes its entries, with everything that needs.
///
/// Gives the composed entries and their paths; the selected components and theirs where none of them is an entry.
pub(crate) fn build_app(
    ui: &mut Ui,
    machine: &Machine,
    app: &App,
    selection: &Selection,
    work: &WorkSettings,
) -> Result<Vec<(ComponentName, AbsPath)>, CommandError> {
    app.require_components()?;
    carry_out(ui, machine, app, (selection, Extent::Everything), work)?;
    let components = selected_components(&app.manifest, &app.wiring, selection);
    let composed: Vec<&ComponentName> =
        app.manifest.entries().into_iter().filter(|entry| app.layout.composition(entry).as_path().is_file()).collect();
    let composed: Vec<_> = composed
        .into_iter()
        .filter(|entry| components.contains(*entry) && selection.entry.as_ref().is_none_or(|only| only == *entry))
        .map(|entry| (entry.clone(), app.layout.composition(entry)))
        .collect();
    if !composed.is_empty() {
        return Ok(composed);
    }
    let named =
        if selection.components.is_empty() { components.into_iter().collect() } else { selection.components.clone() };
    Ok(named.into_iter().map(|name| (name.clone(), component_path(&app.manifest, &app.layout, &name))).collect())
}

/// Builds what running the entries of `selection` on this machine needs, their native code included.
pub(crate) fn build_to_run(
    ui: &mut Ui,
    machine: &Machine,
    app: &App,
    selection: &Selection,
    work: &WorkSettings,
) -> Result<(), CommandError> {
    app.require_components()?;
    carry_out(ui, machine, app, (selection, Extent::NativeCode), work)
}

/// Writes bindings and declarations of the components of `selection` where their editors look for them.
pub(crate) fn write_bindings(
    ui: &mut Ui,
    machine: &Machine,
    app: &App,
    selection: &Selection,
    work: &WorkSettings,
) -> Result<(), CommandError> {
    carry_out(ui, machine, app, (selection, Extent::Bindings), work)
}

/// Plans and does what `selection` needs, with the tools for it.
fn carry_out(
    ui: &mut Ui,
    machine: &Machine,
    app: &App,
    goal: (&Selection, Extent),
    work: &WorkSettings,
) -> Result<(), CommandError> {
    keep_schema(&app.layout);
    let plan = plan_app(ui, machine, app, goal, work)?;
    if plan.steps().is_empty() {
        return Ok(());
    }
    let task = Task { layout: &app.layout, plan: &plan, scope: Scope::App, work };
    execute_plan(ui, machine, &task).map(drop)
}

/// The plan for `selection`, after the tools that it needs were seen to.
fn plan_app(
    ui: &mut Ui,
    machine: &Machine,
    app: &App,
    (selection, extent): (&Selection, Extent),
    work: &WorkSettings,
) -> Result<Plan, CommandError> {
    let needed = tools_of(app, selection)?;
    tools::ensure(ui, machine, &app.layout, &needed, work)?;
    plan_with(machine, app, &needed, selection, extent)
}

/// The tools that `selection` needs.
pub(crate) fn tools_of(app: &App, selection: &Selection) -> Result<BTreeSet<Tool>, CommandError> {
    let components = selected_components(&app.manifest, &app.wiring, selection);
    needed_tools(&app.manifest, &components, &conjoin_toolchains::all()).map_err(CommandError::project)
}

/// The plan for `selection` with the tools `needed`, which must be there.
pub(crate) fn plan_with(
    machine: &Machine,
    app: &App,
    needed: &BTreeSet<Tool>,
    selection: &Selection,
    extent: Extent,
) -> Result<Plan, CommandError> {
    let toolchains = conjoin_toolchains::all();
    let components = selected_components(&app.manifest, &app.wiring, selection);
    let wanted = tools::Wanted {
        programs: programs_to_find(&app.manifest, &components),
        places: places_to_ask(&app.manifest, &components, &toolchains, &app.layout),
        texts: texts_to_read(&app.manifest, &components, &toolchains, &app.layout),
    };
    let facts = tools::find_with(machine, &app.layout, needed, &wanted);
    let request = BuildRequest {
        manifest: &app.manifest,
        wit: &app.wit,
        wiring: &app.wiring,
        facts: &facts,
        layout: &app.layout,
        toolchains: &toolchains,
    };
    build(&request, selection, extent).map_err(CommandError::project)
}

/// What a build of `selection` would do, step by step; the tools must be there.
pub(crate) fn examine_app(
    ui: &mut Ui,
    machine: &Machine,
    app: &App,
    selection: &Selection,
    work: &WorkSettings,
) -> Result<Vec<Examined>, CommandError> {
    let plan = plan_app(ui, machine, app, (selection, Extent::Everything), work)?;
    let environment = tools::environment(machine);
    let task = Task { layout: &app.layout, plan: &plan, scope: Scope::App, work };
    let options = task.options(ui, machine, &environment)?;
    examine(&plan, &options, &SystemPerformer, &mut ui.events()).map_err(|error| not_begun(&error))
}

/// A plan to be carried out.
pub(crate) struct Task<'a> {
    /// Where everything lies.
    pub(crate) layout: &'a Layout,
    /// The plan.
    pub(crate) plan: &'a Plan,
    /// What it is for.
    pub(crate) scope: Scope,
    /// How steps are carried out.
    pub(crate) work: &'a WorkSettings,
}

impl Task<'_> {
    fn options<'a>(
        &'a self,
        ui: &Ui,
        machine: &'a Machine,
        environment: &'a Environment,
    ) -> Result<ExecuteOptions<'a>, CommandError> {
        let store_limit = machine.surroundings.store_limit().map_err(|text| {
            CommandError::usage(
                Diagnostic::error("usage::store-size", format!("`{text}` is no size"))
                    .note("CONJOIN_STORE_SIZE says how much the artifacts of all apps may take in the cache folder")
                    .hint("write a whole number of bytes, or one with KB, MB, GB or TB, e.g. `20GB`"),
            )
        })?;
        Ok(ExecuteOptions {
            layout: self.layout,
            scope: self.scope,
            environment,
            jobs: self.work.jobs,
            memory: conjoin_engine::free_memory().map(|bytes| bytes / 1_000_000),
            on_failure: if self.work.fail_fast { OnFailure::Stop } else { OnFailure::GoOn },
            cancel: &machine.signals.cancel,
            limits: Limits { time: self.work.step_timeout, silence: SILENCE, lasting: LASTING },
            progress: ui.draws_live_lines(),
            store_limit: (!self.work.from_nothing).then_some(store_limit),
        })
    }
}

/// Carries the plan of `task` out; failed steps are told, and are an error without more to say.
pub(crate) fn execute_plan(ui: &mut Ui, machine: &Machine, task: &Task<'_>) -> Result<BuildReport, CommandError> {
    let report = attempt_plan(ui, machine, task)?;
    settle(ui, machine, task, report)
}

/// Carries the plan of `task` out; what has failed is only in the report.
pub(crate) fn attempt_plan(ui: &mut Ui, machine: &Machine, task: &Task<'_>) -> Result<BuildReport, CommandError> {
    let environment = tools::environment(machine);
    let options = task.options(ui, machine, &environment)?;
    // A second build from nothing would warn of the same once more.
    let mut events = if task.work.from_nothing { ui.events() } else { ui.events_of(task.plan, &task.layout.app) };
    let report = execute(task.plan, &options, &SystemPerformer, &mut events).map_err(|error| not_begun(&error))?;
    if report.outcome() == BuildOutcome::Done && task.scope == Scope::App {
        let figures = timings::Figures::new(task.plan, &report, task.work.jobs.get());
        match ui.format {
            Format::Human => figures.in_words(&report).iter().for_each(|path| ui.status("Longest path", path)),
            Format::Json => ui.answer_json("times", figures.for_programs(&report)),
        }
    }
    Ok(report)
}

/// Tells what has failed, which is an error without more to say.
pub(crate) fn settle(
    ui: &mut Ui,
    machine: &Machine,
    task: &Task<'_>,
    report: BuildReport,
) -> Result<BuildReport, CommandError> {
    let Task { scope, work, .. } = *task;
    for failed in &report.failed {
        ui.failure(failed, &task.layout.app, Severity::Error);
    }
    if work.timings && scope == Scope::App {
        write_timings(ui, machine, task, &report)?;
    }
    match report.outcome() {
        BuildOutcome::Done => Ok(report),
        BuildOutcome::Failed if scope == Scope::Cache => Err(CommandError::environment(vec![
            Diagnostic::error("install::failed", "the tools could not be installed")
                .hint("what was done so far is kept: repeat the command once the cause is mended"),
        ])),
        BuildOutcome::Failed => {
            let exit = if report.failed.iter().any(FailedStep::is_bug) { Exit::Internal } else { Exit::Project };
            Err(CommandError { exit, diagnostics: vec![Diagnostic::error("build::failed", summary(&report))] })
        }
        BuildOutcome::Cancelled => Err(CommandError { exit: Exit::Interrupted, diagnostics: Vec::new() }),
    }
}

/// Writes the page about the time that the steps took.
fn write_timings(ui: &mut Ui, machine: &Machine, task: &Task<'_>, report: &BuildReport) -> Result<(), CommandError> {
    let page = timings::page(&task.layout.app.file_name(), task.plan, report, task.work.jobs.get());
    let path = task.layout.dot_conjoin().join("timings.html");
    fs_err::write(&path, page).map_err(|error| CommandError::io("build::timings-unwritable", &error))?;
    ui.status("Timings", &machine.surroundings.shown(&path));
    Ok(())
}

/// Which components failed and which were skipped, in a sentence.
fn summary(report: &BuildReport) -> String {
    let named = |outcome: StepOutcome| {
        let mut names: Vec<String> = report
            .steps
            .iter()
            .filter(|step| step.outcome == outcome)
            .map(|step| match &step.subject {
                Subject::Component(name) => format!("`{name}`"),
                Subject::Bindings(name) => format!("the bindings of `{name}`"),
                Subject::Composition(name) => format!("the composition of `{name}`"),
                Subject::NativeCode(name) => format!("the native code of `{name}`"),
                Subject::Installation(tool) => tool.name.to_owned(),
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

fn not_begun(error: &ExecuteError) -> CommandError {
    if matches!(error, ExecuteError::Lock(_)) {
        return CommandError { exit: Exit::Interrupted, diagnostics: Vec::new() };
    }
    let mut diagnostic = Diagnostic::error("build::folder", error.to_string());
    if let Some(cause) = std::error::Error::source(error) {
        diagnostic = diagnostic.note(cause.to_string());
    }
    for hint in error.hints() {
        diagnostic = diagnostic.hint(hint);
    }
    CommandError::environment(vec![diagnostic])
}
