//! Runs `conjoin doctor`.

use std::collections::BTreeSet;

use conjoin_diagnostics::{Diagnostic, Severity};
use conjoin_plan::{Failures, Tool, missing_tools};

use super::{
    check::{self, Check},
    machine, project,
    remove::remove,
    scope::Scope,
    tool_table::{self, Row},
};
use crate::{
    app::repair_wit,
    commands::plan::print,
    exit::{CommandError, Exit},
    install::{ensure, plan_installation},
    session::Session,
    settings::{Cure, DoctorSettings, InstallPolicy, WorkSettings},
    ui::{Format, Ui},
};

/// Checks the tools that the app needs (outside of an app, all tools) and everything else that a build needs. On
/// request, fixes what is missing or removes what was installed.
pub(crate) fn doctor(session: &mut Session<'_>, settings: &DoctorSettings) -> Result<(), CommandError> {
    let scope = Scope::find(session, settings)?;
    match settings.cure {
        Cure::Name => report(session, settings, &scope),
        Cure::Show => show_plan(session, &scope),
        Cure::Fix => {
            fix(session, settings, &scope)?;
            report(session, settings, &scope)
        }
        Cure::Remove => remove(session, settings, &scope),
    }
}

/// Prints the steps that would fix it.
fn show_plan(session: &mut Session<'_>, scope: &Scope) -> Result<(), CommandError> {
    let missing = scope.app.as_ref().map_or_else(Vec::new, |app| project::missing_wit(session.machine, scope, app));
    if !missing.is_empty() {
        session.ui.status("Missing", &format!("{} in the app's WIT; conjoin would write them", missing.join(", ")));
    }
    let absent = missing_tools(&scope.tools(), &session.probe(&scope.layout, &scope.request()));
    if absent.is_empty() {
        session.ui.status("Complete", "every tool is there");
        return Ok(());
    }
    let plan = plan_installation(session, &scope.layout, &absent, &Failures::new());
    print(session.ui, &plan.map_err(CommandError::environment)?.plan);
    Ok(())
}

fn fix(session: &mut Session<'_>, settings: &DoctorSettings, scope: &Scope) -> Result<(), CommandError> {
    let here = &session.machine.process;
    if scope.app.is_some() {
        for path in repair_wit(here, &scope.layout.app)? {
            session.ui.status("Wrote", &here.shown(&path));
        }
    }
    let policy = match settings.work.policy {
        // Without a terminal, `--fix` counts as consent.
        InstallPolicy::Ask if !session.ui.can_ask() => InstallPolicy::Install,
        policy => policy,
    };
    let work = WorkSettings { policy, ..settings.work.clone() };
    ensure(session, &scope.layout, &scope.request(), &work).map(drop)
}

/// Prints all results. A missing tool is an error of the machine, a problem in the app's files is an error of the
/// project.
fn report(session: &mut Session<'_>, settings: &DoctorSettings, scope: &Scope) -> Result<(), CommandError> {
    let rows = tool_table::rows(session, scope);
    tool_table::show(session.ui, scope, &rows);
    let wrong: BTreeSet<Tool> = rows.iter().flatten().filter(|row| row.is_wrong()).map(|row| row.tool).collect();

    let mut checks = machine::checks(session, settings, scope, &wrong);
    let (more, diagnostics) = project::checks(session, scope);
    checks.extend(more);
    check::show(session.ui, &checks);
    for diagnostic in &diagnostics {
        session.ui.diagnostic(diagnostic);
    }
    verdict(&rows, &checks, &diagnostics)
}

fn verdict(rows: &[Vec<Row>], checks: &[Check], diagnostics: &[Diagnostic]) -> Result<(), CommandError> {
    let all: BTreeSet<&str> = rows.iter().flatten().map(|row| row.name).collect();
    let wrong: BTreeSet<&str> = rows.iter().flatten().filter(|row| row.is_wrong()).map(|row| row.name).collect();
    let mendable: BTreeSet<&str> =
        rows.iter().flatten().filter(|row| row.is_wrong() && row.can_install()).map(|row| row.name).collect();
    let mut said = Vec::new();
    if !wrong.is_empty() {
        let text = format!("{} of {} tools are missing or not supported", wrong.len(), all.len());
        let mut diagnostic = Diagnostic::error("doctor::missing", text);
        diagnostic = match mendable.len() {
            0 => diagnostic.hint("conjoin can install none of them: the table says how to get them"),
            some if some == wrong.len() => {
                diagnostic.hint("`conjoin doctor --fix` installs them; `conjoin doctor --fix --dry-run` shows how")
            }
            some => diagnostic.hint(format!(
                "conjoin can install {some} of them (`conjoin doctor --fix`); the table says how to get the others"
            )),
        };
        said.push(diagnostic);
    }
    for check in checks.iter().filter(|check| check.severity == Some(Severity::Error)) {
        let text = format!("{}: {}", check.title(), check.what);
        said.push(Diagnostic::error("doctor::check", text).hint(check.fix.clone()));
    }
    if !said.is_empty() {
        return Err(CommandError::environment(said));
    }
    if diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
        return Err(CommandError { exit: Exit::Project, diagnostics: Vec::new() });
    }
    Ok(())
}

/// Prints a heading of the table, if the output is for people.
pub(super) fn heading(ui: &mut Ui, text: &str) {
    if ui.format == Format::Human {
        ui.answer(&format!("{text}:"));
    }
}
