//! `conjoin doctor --remove`: removes what conjoin has installed for languages, and nothing else.

use conjoin_diagnostics::Diagnostic;
use conjoin_engine::{CleanError, Installed, LockError, installed, remove_installed};
use conjoin_plan::{FoundIn, ProbeResults, ProbedTool, Tool, Toolchain, ToolchainSet, recipe_stem};
use serde_json::json;

use super::scope::Scope;
use crate::{
    exit::{CommandError, Exit},
    session::Session,
    settings::DoctorSettings,
    ui::{Format, Ui},
};

/// Removes the installations that only the named languages need, after asking.
pub(super) fn remove(session: &mut Session<'_>, settings: &DoctorSettings, scope: &Scope) -> Result<(), CommandError> {
    let tools = scope.tools();
    let here: Vec<(Tool, Installed)> = tools
        .iter()
        .flat_map(|tool| installed(&scope.layout, &recipes(tool)).into_iter().map(|found| (*tool, found)))
        .collect();
    let (kept, doomed): (Vec<_>, Vec<_>) =
        here.into_iter().partition(|(tool, _)| !others(&session.toolchains, scope, tool).is_empty());
    for (tool, found) in &kept {
        let others = others(&session.toolchains, scope, tool).join(", ");
        session.ui.status("Kept", &format!("{}: {others} needs it, too", found.recipe));
    }
    say_what_is_not_ours(session, scope);
    if doomed.is_empty() {
        session.ui.status("Complete", "there is nothing to remove that conjoin has installed");
        return Ok(());
    }
    for (tool, found) in &doomed {
        session.ui.status("Found", &format!("{} in {} ({})", tool.name, found.path, size(found.bytes)));
    }
    if !may_remove(session.ui, settings)? {
        return Ok(());
    }
    for (tool, found) in &doomed {
        remove_one(session, scope, tool, found)?;
    }
    Ok(())
}

/// Whether the user agrees, by `--yes` or by an answer.
fn may_remove(ui: &mut Ui, settings: &DoctorSettings) -> Result<bool, CommandError> {
    if settings.dry_run {
        return Ok(false);
    }
    if settings.yes {
        return Ok(true);
    }
    if !ui.can_ask() {
        let diagnostic =
            Diagnostic::error("doctor::not-confirmed", "there is no terminal on which to ask whether to remove them");
        return Err(CommandError::usage(diagnostic.hint("`--yes` removes them without asking")));
    }
    Ok(ui.confirm("Remove them?"))
}

fn remove_one(session: &mut Session<'_>, scope: &Scope, tool: Tool, found: &Installed) -> Result<(), CommandError> {
    let mut waiting = |_| session.ui.status("Blocking:", "another installation of tools is running");
    match remove_installed(&scope.layout, &found.recipe, &session.machine.signals.cancel, &mut waiting) {
        Ok(()) => {}
        Err(CleanError::Lock(LockError::Cancelled)) => {
            return Err(CommandError { exit: Exit::Interrupted, diagnostics: Vec::new() });
        }
        Err(error) => {
            let text = conjoin_engine::error_chain(&error);
            return Err(CommandError::environment(vec![Diagnostic::error("doctor::remove", text)]));
        }
    }
    match session.ui.format {
        Format::Human => session.ui.status("Removed", &format!("{}, {}", found.recipe, size(found.bytes))),
        Format::Json => session.ui.answer_json(
            "removed",
            json!({ "tool": tool.name, "recipe": found.recipe, "path": found.path.to_string(), "bytes": found.bytes }),
        ),
    }
    Ok(())
}

/// The stems of the tool's recipe folders, which are the same for every version.
fn recipes(tool: Tool) -> Vec<String> {
    tool.locate.recipe().map(|recipe| recipe_stem(recipe).to_owned()).into_iter().collect()
}

/// The installed languages that need the tool and were not named.
fn others(set: &ToolchainSet, scope: &Scope, tool: Tool) -> Vec<String> {
    let named: Vec<_> = scope.groups.iter().map(|group| group.toolchain.spec()).collect();
    let others = set.toolchains.iter().filter(|toolchain| !named.contains(&toolchain.spec()));
    let needing =
        others.filter(|toolchain| toolchain.requirements().contains(&tool) && is_installed(scope, **toolchain));
    needing.map(|toolchain| toolchain.spec().to_string()).collect()
}

/// Whether conjoin has installed all tools of a toolchain that it can install.
fn is_installed(scope: &Scope, toolchain: &dyn Toolchain) -> bool {
    let recipes = toolchain.requirements().iter().map(|tool| recipes(tool)).filter(|recipes| !recipes.is_empty());
    recipes.map(|recipes| installed(&scope.layout, &recipes)).all(|found| !found.is_empty())
}

/// Prints the tools that were found but not installed by conjoin. They are kept.
fn say_what_is_not_ours(session: &mut Session<'_>, scope: &Scope) {
    let probed: ProbeResults = session.probe(&scope.layout, &scope.request());
    for (tool, fact) in &probed.tools {
        let ProbedTool::Found(found) = fact else { continue };
        if found.found_in == FoundIn::Cache {
            continue;
        }
        let hint = tool.removal.map_or(String::new(), |removal| format!("; {removal}"));
        session.ui.status("Kept", &format!("{} ({}): conjoin did not install it{hint}", tool.name, found.path));
    }
}

/// Renders bytes for people.
fn size(bytes: u64) -> String {
    format!("{} MB", bytes.div_ceil(1_000_000))
}
