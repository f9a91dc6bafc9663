//! Seeing to it that the tools are there: probe, and install what is lacking as far as that is wanted.

use std::collections::BTreeSet;

use conjoin_diagnostics::Diagnostic;
use conjoin_engine::{Environment, ProbeContext, ProbeRequest, Scope, probe};
use conjoin_plan::{
    AbsPath, Facts, InstallPlan, Layout, Tool, ToolSpec, install, install_texts, lacking, missing, titled, with_needs,
};

use crate::{
    exit::CommandError,
    pipeline::{Task, execute_plan},
    settings::{InstallPolicy, Machine, WorkSettings},
    ui::Ui,
};

/// Finds `tools`, without installing anything.
pub(crate) fn find(machine: &Machine, layout: &Layout, tools: &BTreeSet<Tool>, texts: &[AbsPath]) -> Facts {
    let set = conjoin_toolchains::all();
    let specs: Vec<&'static ToolSpec> = tools.iter().filter_map(|tool| set.tool(*tool)).collect();
    let environment = environment(machine);
    let context = ProbeContext { environment: &environment, layout, cancel: &machine.signals.cancel };
    probe(&ProbeRequest { tools: &specs, texts, sources: &[] }, &context)
}

/// The name of a tool in messages.
pub(crate) fn tool_name(tool: Tool) -> &'static str {
    conjoin_toolchains::all().tool(tool).map_or("a tool", |spec| spec.name)
}

/// What programs inherit.
pub(crate) fn environment(machine: &Machine) -> Environment {
    Environment::new(machine.surroundings.environment.clone())
}

/// What would install those of `tools` that are lacking; `None` if none is.
pub(crate) fn plan_installation(
    machine: &Machine,
    layout: &Layout,
    tools: &BTreeSet<Tool>,
) -> Result<Option<InstallPlan>, Vec<Diagnostic>> {
    let set = conjoin_toolchains::all();
    let absent = lacking(tools, &find(machine, layout, tools, &[]));
    if absent.is_empty() {
        return Ok(None);
    }
    let involved = with_needs(&absent, &set);
    let facts = find(machine, layout, &involved, &install_texts(&involved, &set, layout));
    install(&absent, &set, &facts, layout).map(Some)
}

/// Finds `tools` and reads `texts`; installs what is lacking if `work` allows it, or fails with what is lacking.
pub(crate) fn ensure(
    ui: &mut Ui,
    machine: &Machine,
    layout: &Layout,
    tools: &BTreeSet<Tool>,
    work: &WorkSettings,
) -> Result<(), CommandError> {
    // What is installed may need something else first, so there is a round for each step down.
    let mut before: Option<BTreeSet<Tool>> = None;
    loop {
        let facts = find(machine, layout, tools, &[]);
        let absent = lacking(tools, &facts);
        if absent.is_empty() {
            return Ok(());
        }
        if work.policy == InstallPolicy::Offline {
            return Err(CommandError::environment(name_missing(
                &absent,
                &facts,
                "the network is not used under `--offline`",
            )));
        }
        let plan = plan_installation(machine, layout, tools).map_err(CommandError::environment)?.unwrap_or_default();
        let now: BTreeSet<Tool> = plan.installations.iter().map(|installation| installation.spec.tool).collect();
        if now.is_empty() || before.as_ref() == Some(&now) {
            return Err(CommandError::environment(name_missing(&absent, &facts, "installing it did not help")));
        }
        announce(ui, &plan);
        let agreed = match work.policy {
            InstallPolicy::Install => true,
            InstallPolicy::Ask if before.is_some() => true,
            InstallPolicy::Ask => {
                if !ui.can_ask() {
                    return Err(CommandError::environment(name_missing(
                        &absent,
                        &facts,
                        "conjoin can install it: repeat the command with `--install-tools`",
                    )));
                }
                ui.confirm("Install them now?")
            }
            InstallPolicy::Offline => false,
        };
        if !agreed {
            return Err(CommandError::environment(name_missing(
                &absent,
                &facts,
                "it was not installed; `conjoin doctor --fix` does it, `conjoin doctor --fix --dry-run` shows how",
            )));
        }
        execute_plan(ui, machine, &Task { layout, plan: &plan.plan, scope: Scope::Cache, work })?;
        before = Some(now);
    }
}

/// Says what will be installed, from what, and what that changes outside of the cache folder.
fn announce(ui: &mut Ui, plan: &InstallPlan) {
    for installation in &plan.installations {
        let provider = installation.provider;
        let elsewhere = provider.changes_elsewhere().map_or(String::new(), |what| format!(" ({what})"));
        ui.status(
            "Missing",
            &format!("{}: to be installed from {}{elsewhere}", titled(installation.spec), provider.name()),
        );
    }
}

fn name_missing(tools: &BTreeSet<Tool>, facts: &Facts, hint: &str) -> Vec<Diagnostic> {
    let set = conjoin_toolchains::all();
    let specs = tools.iter().filter_map(|tool| set.tool(*tool));
    specs
        .map(|spec| {
            let diagnostic = missing(spec, facts.tools.get(&spec.tool)).hint(hint);
            if spec.providers.is_empty() { diagnostic.hint(spec.by_hand) } else { diagnostic }
        })
        .collect()
}
