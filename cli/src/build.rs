//! Building an app: requirements, probe, installation, plan, execution, report; once through, in this order.

use conjoin_engine::{Examined, Scope};
use conjoin_manifest::ComponentName;
use conjoin_plan::{AbsPath, Extent, Plan, ProbeResults, build, component_path, selected_components};

use crate::{
    app::App,
    execute::{self, Task},
    exit::CommandError,
    install,
    missing::require_none,
    report::conclude,
    schema::keep_schema,
    session::{Goal, Session},
};

/// An entry that was composed, or a component that was built, and the file that came of it.
pub(crate) struct Artifact {
    /// Its name.
    pub(crate) name: ComponentName,
    /// Where it lies.
    pub(crate) path: AbsPath,
}

/// Builds what `goal` selects and composes its entries, with everything that needs.
///
/// Gives the composed entries; the selected components where none of them is an entry.
pub(crate) fn build_app(session: &mut Session<'_>, app: &App, goal: Goal<'_>) -> Result<Vec<Artifact>, CommandError> {
    app.require_components()?;
    carry_out(session, app, goal)?;
    let selection = goal.selection;
    let components = selected_components(&app.manifest, &app.wiring, selection);
    let composed: Vec<Artifact> = app
        .manifest
        .entries()
        .into_iter()
        .filter(|entry| components.contains(*entry) && selection.entry.as_ref().is_none_or(|only| only == *entry))
        .map(|entry| Artifact { name: entry.clone(), path: app.layout.composition(entry) })
        .filter(|artifact| artifact.path.as_path().is_file())
        .collect();
    if !composed.is_empty() {
        return Ok(composed);
    }
    let named =
        if selection.components.is_empty() { components.into_iter().collect() } else { selection.components.clone() };
    let built = named.into_iter().map(|name| {
        let path = component_path(&app.manifest, &app.layout, &name);
        Artifact { name, path }
    });
    Ok(built.collect())
}

/// Builds what running the entries that `goal` selects on this machine needs, their native code included.
pub(crate) fn build_to_run(session: &mut Session<'_>, app: &App, goal: Goal<'_>) -> Result<(), CommandError> {
    app.require_components()?;
    carry_out(session, app, Goal { extent: Extent::NativeCode, ..goal })
}

/// Writes bindings and declarations of the components that `goal` selects where their editors look for them.
pub(crate) fn write_bindings(session: &mut Session<'_>, app: &App, goal: Goal<'_>) -> Result<(), CommandError> {
    carry_out(session, app, Goal { extent: Extent::Bindings, ..goal })
}

/// What a build would do, step by step.
pub(crate) fn examine_app(session: &mut Session<'_>, app: &App, goal: Goal<'_>) -> Result<Vec<Examined>, CommandError> {
    let (plan, probed) = prepare(session, app, goal)?;
    execute::examine(session, &task(app, goal, &plan, &probed))
}

/// Plans and does what `goal` wants, with the tools for it.
fn carry_out(session: &mut Session<'_>, app: &App, goal: Goal<'_>) -> Result<(), CommandError> {
    keep_schema(&app.layout);
    let (plan, probed) = prepare(session, app, goal)?;
    if plan.steps().is_empty() {
        return Ok(());
    }
    let task = task(app, goal, &plan, &probed);
    let report = execute::execute(session, &task)?;
    require_none(session, app, goal, &probed, &report)?;
    conclude(session, &task, &report)
}

fn task<'a>(app: &'a App, goal: Goal<'a>, plan: &'a Plan, probed: &'a ProbeResults) -> Task<'a> {
    Task { layout: &app.layout, plan, probed: Some(probed), scope: Scope::App, work: goal.work }
}

/// The plan for `goal`, after the tools that it needs were seen to, and what it was made from.
fn prepare(session: &mut Session<'_>, app: &App, goal: Goal<'_>) -> Result<(Plan, ProbeResults), CommandError> {
    let request = session.requirements(app, goal.selection)?;
    let probed = install::ensure(session, &app.layout, &request, goal.work)?;
    let plan = build(&app.model(&session.toolchains), &probed, goal.selection, goal.extent);
    Ok((plan.map_err(CommandError::project)?, probed))
}
