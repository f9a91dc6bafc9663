//! `conjoin doctor`: what the machine has and lacks for an app, and the command that mends it.

use std::collections::BTreeSet;

use conjoin_diagnostics::Diagnostic;
use conjoin_plan::{
    AbsPath, Facts, Layout, Profile, Selection, Tool, ToolFact, ToolSpec, needed_tools, selected_components, version,
};
use serde_json::json;

use crate::{
    app::{find, load, repair_wit},
    commands::plan::print,
    exit::CommandError,
    settings::{Cure, DoctorSettings, InstallPolicy, Machine, WorkSettings},
    tools,
    ui::{Format, Ui},
};

/// Shows each tool that the app needs (all tools, outside of an app) and mends what is lacking if asked to.
pub(crate) fn doctor(ui: &mut Ui, machine: &Machine, settings: &DoctorSettings) -> Result<(), CommandError> {
    let (layout, needs) = examine(ui, machine, settings)?;
    let all: BTreeSet<Tool> = needs.iter().flat_map(|(_, tools)| tools.iter().copied()).collect();
    let facts = tools::find(machine, &layout, &all, &[]);
    match settings.cure {
        Cure::Name => {
            show(ui, &needs, &facts);
            let lacking = conjoin_plan::lacking(&all, &facts);
            if lacking.is_empty() {
                return Ok(());
            }
            Err(CommandError::environment(vec![
                Diagnostic::error(
                    "doctor::lacking",
                    format!("{} of {} tools are missing or will not do", lacking.len(), all.len()),
                )
                .hint("`conjoin doctor --fix` installs them; `conjoin doctor --fix --dry-run` shows how"),
            ]))
        }
        Cure::Show => {
            let plan = tools::plan_installation(machine, &layout, &all, &conjoin_plan::Failures::new()).map_err(CommandError::environment)?;
            match plan {
                Some(plan) => print(ui, &plan.plan),
                None => ui.status("Complete", "every tool is there"),
            }
            Ok(())
        }
        Cure::Fix => {
            let policy = match settings.work.policy {
                // `--fix` is the consent.
                InstallPolicy::Ask | InstallPolicy::Install => InstallPolicy::Install,
                InstallPolicy::Offline => InstallPolicy::Offline,
            };
            let work = WorkSettings { policy, ..settings.work.clone() };
            tools::ensure(ui, machine, &layout, &all, &work)?;
            let facts = tools::find(machine, &layout, &all, &[]);
            show(ui, &needs, &facts);
            Ok(())
        }
    }
}

/// What needs tools, and which.
type Need = (String, Vec<Tool>);

/// Which tools are needed for what: per component of the app, or per toolchain outside of one.
fn examine(ui: &mut Ui, machine: &Machine, settings: &DoctorSettings) -> Result<(Layout, Vec<Need>), CommandError> {
    let set = conjoin_toolchains::all();
    let here = &machine.surroundings;
    if find(here, &settings.app).is_err() {
        let app: AbsPath = settings.app.clone();
        let layout = Layout { app, cache: here.cache(), profile: Profile::Dev };
        let needs =
            set.toolchains.iter().map(|toolchain| (toolchain.name().to_string(), toolchain.requirements().to_vec()));
        ui.note("not in an app: these are the tools of all toolchains");
        return Ok((layout, needs.collect()));
    }
    if settings.cure == Cure::Fix {
        for path in repair_wit(here, &settings.app)? {
            ui.status("Wrote", &here.shown(&path));
        }
    }
    let app = load(here, &settings.app, Profile::Dev)?;
    let mut needs = Vec::new();
    for name in selected_components(&app.manifest, &app.wiring, &Selection::default()) {
        let tools =
            needed_tools(&app.manifest, &BTreeSet::from([name.clone()]), &set).map_err(CommandError::project)?;
        needs.push((name.to_string(), tools.into_iter().collect()));
    }
    Ok((app.layout, needs))
}

/// The table, as the answer.
fn show(ui: &mut Ui, needs: &[Need], facts: &Facts) {
    let set = conjoin_toolchains::all();
    let mut shown = BTreeSet::new();
    for (name, tools) in needs {
        if ui.format == Format::Human {
            ui.answer(&format!("{name}:"));
        }
        for spec in tools.iter().filter_map(|tool| set.tool(*tool)) {
            let fact = facts.tools.get(&spec.tool);
            match ui.format {
                Format::Human => {
                    let again = !shown.insert(spec.tool);
                    for line in lines(spec, fact, again) {
                        ui.answer(&line);
                    }
                }
                Format::Json => ui.answer_json("tool", row(name, spec, fact)),
            }
        }
    }
}

/// A tool's line, and below it what is wrong; in short where it was shown before.
fn lines(spec: &ToolSpec, fact: Option<&ToolFact>, again: bool) -> Vec<String> {
    let name = spec.name;
    let mut lines = match fact {
        Some(ToolFact::Found(found)) => {
            let number =
                if found.version == (0, 0, 0) { String::new() } else { format!(" {}", version(found.version)) };
            return vec![format!("  ok       {name}{number} ({}, {})", found.path, found.found_in)];
        }
        Some(ToolFact::OutsideWindow(found)) => {
            vec![format!("  unfit    {name} {} ({}); {} is needed", version(found.version), found.path, spec.window)]
        }
        Some(ToolFact::Broken { path, command, .. }) => {
            vec![format!("  broken   {name} ({path}): `{command}` fails")]
        }
        Some(ToolFact::Missing) | None => vec![format!("  missing  {}", conjoin_plan::titled(spec))],
    };
    if again {
        return lines;
    }
    if spec.window != conjoin_plan::Window::ANY {
        lines.push(format!("           because {}", spec.window.because));
    }
    match spec.providers {
        [] => lines.push(format!("           mend it: {}", spec.by_hand)),
        [first, ..] => {
            lines.push(format!(
                "           mend it: conjoin doctor --fix (from {}); by hand: {}",
                first.name(),
                spec.by_hand
            ));
        }
    }
    lines
}

fn row(component: &str, spec: &ToolSpec, fact: Option<&ToolFact>) -> serde_json::Value {
    let (state, found) = match fact {
        Some(ToolFact::Found(found)) => ("ok", Some(found)),
        Some(ToolFact::OutsideWindow(found)) => ("unfit", Some(found)),
        Some(ToolFact::Broken { .. }) => ("broken", None),
        Some(ToolFact::Missing) | None => ("missing", None),
    };
    json!({
        "for": component, "tool": spec.name, "state": state, "needed": spec.window.to_string(), "because": spec.window.because,
        "version": found.map(|found| version(found.version)), "path": found.map(|found| found.path.to_string()),
        "can_install": !spec.providers.is_empty(), "by_hand": spec.by_hand,
    })
}
