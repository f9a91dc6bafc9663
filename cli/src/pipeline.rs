//! The build pipeline: tools, plan, execution.

use std::num::NonZeroUsize;

use conjoin_engine::{BuildReport, ExecuteOptions, execute};
use conjoin_plan::{BuildRequest, Layout, Plan, Selection, build, needed_tools, selected_components, texts_to_read};

use crate::{
    app::App,
    exit::{CommandError, Exit},
    performer::SystemPerformer,
    settings::{Machine, WorkSettings},
    tools,
    ui::Ui,
};

/// Builds the components of `selection` and composes its entries, with everything that needs.
pub fn build_app(
    ui: &mut Ui,
    machine: &Machine,
    app: &App,
    selection: &Selection,
    work: &WorkSettings,
) -> Result<BuildReport, CommandError> {
    let toolchains = conjoin_toolchains::all();
    let components = selected_components(&app.manifest, &app.wiring, selection);
    let needed = needed_tools(&app.manifest, &components, &toolchains).map_err(CommandError::project)?;
    let texts = texts_to_read(&app.manifest, &components, &toolchains, &app.layout);
    tools::ensure(ui, machine, &app.layout, &needed, work)?;
    let facts = tools::find(machine, &app.layout, &needed, &texts);
    let request = BuildRequest {
        manifest: &app.manifest,
        wit: &app.wit,
        wiring: &app.wiring,
        facts: &facts,
        layout: &app.layout,
        toolchains: &toolchains,
    };
    let plan = build(&request, selection).map_err(CommandError::project)?;
    execute_plan(ui, machine, &app.layout, &plan, work.jobs)
}

/// Carries `plan` out; a failed step is an error, and was told already.
pub fn execute_plan(
    ui: &mut Ui,
    machine: &Machine,
    layout: &Layout,
    plan: &Plan,
    jobs: NonZeroUsize,
) -> Result<BuildReport, CommandError> {
    todo!()
}
