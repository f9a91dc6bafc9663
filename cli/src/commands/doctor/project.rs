//! Checks of the app's own files before a build: its WIT, and what toolchains know about projects.

use std::os::unix::fs::PermissionsExt as _;

use conjoin_diagnostics::{Diagnostic, Severity};
use conjoin_manifest::{Built, CustomBuild, Manifest, Origin};
use conjoin_plan::{Complaint, ProbeRequest, names_file};

use super::{
    check::Check,
    scope::{Group, Scope},
};
use crate::{
    app::{missing_wasi, read},
    session::Session,
    settings::Machine,
};

/// Runs all checks of the app, and gives diagnostics about its files. Outside of an app there are none.
pub(super) fn checks(session: &Session<'_>, scope: &Scope) -> (Vec<Check>, Vec<Diagnostic>) {
    let Some(manifest) = &scope.app else { return (Vec::new(), Vec::new()) };
    let machine = session.machine;
    let (wit, diagnostics) = check_wit(machine, scope, manifest);
    let mut checks = vec![wit];
    checks.extend(missing_folders(machine, scope, manifest));
    checks.extend(commands(machine, scope, manifest));
    checks.extend(scope.groups.iter().flat_map(|group| complaints(session, scope, group)));
    (checks, diagnostics)
}

/// The WASI packages that the app's WIT names but does not contain.
pub(super) fn missing_wit(machine: &Machine, scope: &Scope, manifest: &Manifest) -> Vec<String> {
    missing_wasi(&machine.process, &scope.layout.app, manifest).map(|(_, names)| names).unwrap_or_default()
}

fn check_wit(machine: &Machine, scope: &Scope, manifest: &Manifest) -> (Check, Vec<Diagnostic>) {
    let here = &machine.process;
    let folder = here.shown(&scope.layout.app.join(manifest.app.wit.as_path()));
    let missing = missing_wit(machine, scope, manifest);
    if !missing.is_empty() {
        let what = format!("it is missing {}", missing.join(", "));
        let fix = "`conjoin doctor --fix` writes them".to_owned();
        let check = Check::warning("wit", "missing", folder, what, fix);
        return (Check { severity: Some(Severity::Error), ..check }, Vec::new());
    }
    match read(here, scope.layout.clone()) {
        Ok(_) => (Check::ok("wit", folder, "it parses, and everything in it is connected"), Vec::new()),
        Err(error) => {
            let count = error.diagnostics.len();
            let what = if count == 1 { "something is wrong".to_owned() } else { format!("{count} things are wrong") };
            let fix = "see below".to_owned();
            (Check::warning("wit", "wrong", folder, what, fix), error.diagnostics)
        }
    }
}

/// Finds components whose folders are missing.
fn missing_folders(machine: &Machine, scope: &Scope, manifest: &Manifest) -> Vec<Check> {
    let folders = manifest.components.values().filter_map(|component| match &component.origin {
        Origin::Built(Built { path, .. }) | Origin::Custom(CustomBuild { path, .. }) => {
            Some((component, scope.layout.app.join(path.value.as_path())))
        }
        Origin::Source(_) => None,
    });
    folders
        .filter(|(_, folder)| !folder.as_path().is_dir())
        .map(|(component, folder)| {
            let what = format!("the component `{}` has no folder there", component.name.value);
            let fix = "`path = \"...\"` in conjoin.toml names another one".to_owned();
            let check = Check::warning("project", "missing", machine.process.shown(&folder), what, fix);
            Check { severity: Some(Severity::Error), ..check }
        })
        .collect()
}

/// Checks the programs of components that the user's own commands build.
fn commands(machine: &Machine, scope: &Scope, manifest: &Manifest) -> Vec<Check> {
    let customs = manifest.components.values().filter_map(|component| match &component.origin {
        Origin::Custom(custom) => Some((component.name.value.as_str(), custom)),
        Origin::Built(_) | Origin::Source(_) => None,
    });
    customs.filter_map(|(name, custom)| command(machine, scope, name, custom)).collect()
}

/// Checks that the first word of a component's command can be started.
fn command(machine: &Machine, scope: &Scope, name: &str, custom: &CustomBuild) -> Option<Check> {
    let here = &machine.process;
    let program = custom.command.first()?;
    let wrong = |state, what: &str, fix: &str| {
        let check =
            Check::warning("command", state, program.clone(), format!("{what}; it builds `{name}`"), fix.to_owned());
        Check { severity: Some(Severity::Error), ..check }
    };
    if !names_file(program) {
        let folders = machine.environment().path_folders().into_iter();
        let found = folders.map(|folder| folder.join(program)).find(|path| path.is_file());
        return Some(match found {
            Some(path) => Check::ok("command", program.clone(), format!("it builds `{name}` ({})", path.display())),
            None => wrong(
                "missing",
                "it is not on PATH",
                "install it, or name a file of the component's folder with a path",
            ),
        });
    }
    let path = scope.layout.app.join(custom.path.value.as_path()).join(program.trim_start_matches("./"));
    let shown = here.shown(&path);
    Some(match fs_err::metadata(&path) {
        Ok(file) if file.is_file() && file.permissions().mode() & 0o111 == 0 => {
            wrong("unfit", "it is not executable", &format!("chmod +x {shown}"))
        }
        Ok(file) if file.is_file() => Check::ok("command", program.clone(), format!("it builds `{name}` ({shown})")),
        Ok(_) | Err(_) => wrong("missing", "there is no such file", &format!("write it as {shown}")),
    })
}

/// The complaints of the toolchain of `group` about its projects.
fn complaints(session: &Session<'_>, scope: &Scope, group: &Group) -> Vec<Check> {
    let here = &session.machine.process;
    let texts = group.projects.iter().flat_map(|project| group.toolchain.examines(project)).collect();
    let probed = session.probe(&scope.layout, &ProbeRequest { texts, ..ProbeRequest::default() });
    let complaints = group.projects.iter().flat_map(|project| group.toolchain.examine(project, &probed));
    complaints
        .map(|Complaint { about, state, file, what, fix, folder }| {
            let fix = format!("{fix} in {}", here.shown(&folder));
            Check::warning(about, state, here.shown(&file), what, fix)
        })
        .collect()
}
