//! `build --verify`: builds again from nothing in another folder, and compares byte by byte.

use std::path::Path;

use conjoin_diagnostics::Diagnostic;
use conjoin_engine::copy_sources;
use conjoin_manifest::{ComponentName, Origin};
use conjoin_plan::{AbsPath, component_path, selected_components};

use crate::{
    app::{App, load},
    build::build_app,
    exit::CommandError,
    session::{Goal, Session},
    settings::WorkSettings,
};

/// Builds a copy of `app` without the store of artifacts, and compares each component that `goal` selects with the one
/// in `app`.
///
/// The copy is beside the app, so that paths out of it lead to the same places. It is removed afterwards. A component
/// that differs is an error, unless its toolchain is known for that.
pub(crate) fn verify(session: &mut Session<'_>, app: &App, goal: Goal<'_>) -> Result<(), CommandError> {
    let failed = |error: &std::io::Error| CommandError::io("verify::copy", error);
    let beside = app.layout.app.parent();
    let folder = tempfile::Builder::new().prefix(".conjoin-verify-").tempdir_in(beside.as_path());
    let folder = folder.map_err(|error| failed(&error))?;
    copy_sources(&app.layout.app, folder.path()).map_err(|error| failed(&error))?;
    session.ui.status("Verifying", "by a build from nothing, in a folder beside the app");
    let dir = AbsPath::new(folder.path()).ok_or_else(|| failed(&std::io::ErrorKind::InvalidInput.into()))?;
    let copy = load(&session.machine.process, &dir, app.layout.profile)?;
    let from_nothing = WorkSettings { from_nothing: true, timings: false, ..goal.work.clone() };
    build_app(session, &copy, Goal { work: &from_nothing, ..goal })?;

    let mut wrong = Vec::new();
    for name in selected_components(&app.manifest, &app.wiring, goal.selection) {
        let (made_by, varies) = match &app.manifest.components[&name].origin {
            Origin::Built(built) => {
                let toolchain = session.toolchains.toolchain(built.toolchain);
                (
                    format!("by {}", built.toolchain),
                    toolchain.and_then(|toolchain| toolchain.varies(app.layout.profile)),
                )
            }
            Origin::Custom(_) => ("by its command".to_owned(), None),
            Origin::Source(_) => continue,
        };
        let path = |of: &App| component_path(&of.manifest, &of.layout, &name);
        let difference = difference(path(app).as_path(), path(&copy).as_path()).map_err(|error| failed(&error))?;
        match (difference, varies) {
            (None, _) => session.ui.status("Same", &format!("{name}, built {made_by}")),
            (Some(difference), Some(cause)) => {
                session.ui.status("Different", &format!("{name}, built {made_by}: {difference}; {cause}"));
            }
            (Some(difference), None) => wrong.push(interface_differs(app, &name, &difference)),
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(CommandError::project(wrong)) }
}

/// Describes where two files differ.
fn difference(one: &Path, other: &Path) -> std::io::Result<Option<String>> {
    let (one, other) = (fs_err::read(one)?, fs_err::read(other)?);
    if one == other {
        return Ok(None);
    }
    let first = one.iter().zip(&other).position(|(left, right)| left != right);
    let at = first.map_or_else(|| "one is the beginning of the other".to_owned(), |at| format!("from byte {at} on"));
    Ok(Some(format!("{} and {} bytes, {at}", one.len(), other.len())))
}

fn interface_differs(app: &App, name: &ComponentName, difference: &str) -> Diagnostic {
    Diagnostic::error("verify::different", format!("component `{name}` differs each time it is built"))
        .label(&app.manifest.source, app.manifest.components[name].name.span.clone(), "this component")
        .note(format!("built in the app and from nothing in another folder: {difference}"))
        .hint("check whether its build uses the time, random numbers or the path of the folder")
}
