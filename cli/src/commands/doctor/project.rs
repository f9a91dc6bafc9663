//! What is wrong in the app's own files and can be seen before a build: its WIT, and what toolchains know of projects.

use std::collections::BTreeSet;

use conjoin_diagnostics::{Diagnostic, Severity};
use conjoin_manifest::{Manifest, Origin};
use conjoin_plan::{AbsPath, Complaint, needed_tools};

use super::{
    check::Check,
    scope::{Group, Scope},
};
use crate::{
    app::{load, missing_wasi},
    settings::Machine,
    tools,
};

/// Everything about the app, and what there is to say of the texts that are wrong; nothing outside of an app.
pub(super) fn checks(machine: &Machine, scope: &Scope) -> (Vec<Check>, Vec<Diagnostic>) {
    let Some(manifest) = &scope.app else { return (Vec::new(), Vec::new()) };
    let (wit, mut diagnostics) = check_wit(machine, scope, manifest);
    let components: BTreeSet<_> = manifest.components.keys().cloned().collect();
    if let Err(unknown) = needed_tools(manifest, &components, &conjoin_toolchains::all()) {
        diagnostics.extend(unknown);
    }
    let mut checks = vec![wit];
    checks.extend(missing_folders(machine, scope, manifest));
    checks.extend(scope.groups.iter().flat_map(|group| complaints(machine, scope, group)));
    (checks, diagnostics)
}

/// The packages of WASI that the app's WIT names and lacks.
pub(super) fn missing_wit(machine: &Machine, scope: &Scope, manifest: &Manifest) -> Vec<String> {
    missing_wasi(&machine.surroundings, &scope.layout.app, manifest).map(|(_, names)| names).unwrap_or_default()
}

fn check_wit(machine: &Machine, scope: &Scope, manifest: &Manifest) -> (Check, Vec<Diagnostic>) {
    let here = &machine.surroundings;
    let folder = here.shown(&scope.layout.app.join(manifest.app.wit.as_path()));
    let missing = missing_wit(machine, scope, manifest);
    if !missing.is_empty() {
        let what = format!("it lacks {}", missing.join(", "));
        let mend = "`conjoin doctor --fix` writes them".to_owned();
        let check = Check::warning("wit", "lacking", folder, what, mend);
        return (Check { severity: Some(Severity::Error), ..check }, Vec::new());
    }
    match load(here, &scope.layout.app, scope.layout.profile) {
        Ok(_) => (Check::ok("wit", folder, "it parses, and everything in it is connected"), Vec::new()),
        Err(error) => {
            let count = error.diagnostics.len();
            let what = if count == 1 { "something is wrong".to_owned() } else { format!("{count} things are wrong") };
            let mend = "see below".to_owned();
            (Check::warning("wit", "wrong", folder, what, mend), error.diagnostics)
        }
    }
}

/// Components without their folders.
fn missing_folders(machine: &Machine, scope: &Scope, manifest: &Manifest) -> Vec<Check> {
    let folders = manifest.components.values().filter_map(|component| match &component.origin {
        Origin::Built(built) => Some((component, scope.layout.app.join(built.path.value.as_path()))),
        Origin::Source(_) | Origin::Custom(_) => None,
    });
    folders
        .filter(|(_, folder)| !folder.as_path().is_dir())
        .map(|(component, folder)| {
            let what = format!("the component `{}` has no folder there", component.name.value);
            let mend = "`path = \"...\"` in conjoin.toml names another one".to_owned();
            Check::warning("project", "missing", machine.surroundings.shown(&folder), what, mend)
        })
        .collect()
}

/// What the toolchain of `group` has to say of the projects.
fn complaints(machine: &Machine, scope: &Scope, group: &Group) -> Vec<Check> {
    let texts: Vec<AbsPath> = group.projects.iter().flat_map(|project| group.toolchain.examines(project)).collect();
    let facts = tools::find(machine, &scope.layout, &BTreeSet::new(), &texts);
    let complaints = group.projects.iter().flat_map(|project| group.toolchain.examine(project, &facts));
    complaints
        .map(|Complaint { about, state, file, what, mend, folder }| {
            let mend = format!("{mend} in {}", machine.surroundings.shown(&folder));
            Check::warning(about, state, machine.surroundings.shown(&file), what, mend)
        })
        .collect()
}
